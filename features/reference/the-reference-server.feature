@reference-server
Feature: What the reference server does of its own choice
  Other endpoints may decide otherwise and be as right. Here it says how ours decides.

  @OWN-01
  Scenario: A customer who calls back reaches the courier of their order
    When the customer calls
    Then the caller talks to the courier
    And whoever answers is told the number of the order

  @OWN-02
  Scenario: Whoever picks up is told which order it is about
    When the courier calls
    And the caller enters the order
    Then whoever answers is told the number of the order
    And the endpoint is asked twice

  @OWN-03
  Scenario: A courier is asked, and asked again after a wrong order
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters the order
    Then the caller is asked for the order number
    And the caller is asked to try again
    And the endpoint is asked 3 times

  @OWN-04
  Scenario: The third wrong order leads to the operators
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters a third unknown order
    Then the caller talks to the operators
    And the endpoint is asked 4 times
    And the caller is not led to the shop's menu

  @OWN-05
  Scenario: The right order after three wrong ones leads to the operators
    Given the endpoint answers the fourth question:
      """
      {"returned_code": 3}
      """
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters a third unknown order
    And the caller then enters the order
    Then the caller talks to the operators
    And the endpoint is asked 5 times

  @OWN-06
  Scenario: A stranger comes to the shop's menu
    When a stranger calls
    Then the caller is led to the shop's menu
    And the endpoint is asked once

  @OWN-07
  Scenario: A customer whose courier no longer works reaches the shop
    When the former courier's customer calls
    Then the caller is led to the shop's menu
    And the number of the former courier stays secret

  @OWN-08
  Scenario: A customer whose order was delivered reaches the shop
    When the customer of the delivered order calls
    Then the caller is led to the shop's menu
    And the number of the courier stays secret

  @OWN-09
  Scenario: A courier who guesses on many calls is locked
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters a third unknown order
    And the courier calls again
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters a third unknown order
    And the courier calls again
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters a third unknown order
    And the courier calls again
    And the caller enters an unknown order
    And the courier calls again
    And the caller enters the order
    Then on the fourth call the caller is led to the operators
    And on the fourth call the caller is not led to the second try
    And on the fifth call the caller does not talk to the customer

  @OWN-10
  Scenario: The shop's log holds each step once, also one that was sent twice
    When the courier calls
    And the caller enters the order
    And the PBX repeats the second question
    Then the shop's log holds 2 entries of the call
