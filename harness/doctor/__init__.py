"""Before anything is judged: is the endpoint there, and is what is declared of it right?"""
