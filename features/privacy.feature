Feature: Nobody learns a number that is not theirs to know
  The line exists so that couriers and customers can talk without having each other's number.

  @SECRET-01 @req:strangers-learn-nothing
  Scenario: A stranger who knows an order number learns nothing
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    When a stranger calls
    And the caller enters the order
    And the caller hangs up while asked for digits for the second time
    Then the number of the customer stays secret

  @SECRET-02 @req:hidden-callers-learn-nothing
  Scenario: Whoever hides their number learns nothing
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    When somebody with a hidden number calls
    And the caller enters the order
    And the caller hangs up while asked for digits for the second time
    Then the number of the customer stays secret

  @SECRET-03 @req:customers-learn-of-no-other-customer
  Scenario: A customer who enters another order learns nothing
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    When the customer calls
    And the caller enters another courier's order
    And the caller hangs up while asked for digits for the second time
    Then the number of another courier's customer stays secret

  @SECRET-04 @reference-server @req:similar-numbers-are-strangers @req:other-countries-are-strangers
  Scenario: A number abroad that ends like a courier's is not the courier's
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    When a call comes from "19161110001"
    And the caller enters the order
    And the caller hangs up while asked for digits for the second time
    Then the number of the customer stays secret

  @SECRET-05 @req:guessing-is-stopped
  Scenario: A courier's phone cannot try out order numbers
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    And the endpoint answers the second question:
      """
      {"returned_code": 3}
      """
    And the endpoint answers the third question:
      """
      {"returned_code": 3}
      """
    And the endpoint answers the fourth question:
      """
      {"returned_code": 3}
      """
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters a third unknown order
    And the caller then enters the order
    And the caller hangs up while asked for digits for the fifth time
    Then the caller does not talk to the customer
    And every answer is a valid instruction

  @SECRET-06 @req:session-id-is-no-identity
  Scenario: A stranger's call that bears a courier's session id is still a stranger's
    When the courier calls
    And the caller enters the order
    And a stranger calls under the same session id
    And the caller enters the order
    Then a stranger learns no number of the customer
    And the courier talks to the customer

  @SECRET-07 @req:nobody-calls-themselves
  Scenario Outline: Nobody is told to call themselves: <who>
    When <who> calls
    And the caller enters the order
    Then no instruction names the caller's own number

    Examples:
      | who          |
      | the courier  |
      | the customer |
      | a stranger   |

  @SECRET-08 @req:words-name-nobody
  Scenario: Neither of the two hears the other's number
    When the courier calls
    And the caller enters the order
    Then no spoken word holds a phone number of the customer
    And no spoken word holds a phone number of the courier

  @SECRET-09 @req:hostile-values-are-answered @req:hostile-values-find-nobody
  Scenario Outline: A caller's number that is no number finds nobody: <trick>
    When a call comes from "<trick>"
    And the caller enters the order
    Then the number of the customer stays secret
    And the caller is looked after

    Examples:
      | trick          |
      | ' OR 1=1 --    |
      | %              |
      | ../../etc      |
      | <b>x</b>       |
