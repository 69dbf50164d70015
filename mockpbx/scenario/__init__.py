"""PBX scenario files: what the administrator configured."""
