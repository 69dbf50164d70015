Feature: Callers who are not couriers
  Anybody who is not a courier is an ordinary caller: nobody asks them for an order number, and
  somebody looks after them.

  @CALLER-01 @req:stranger-is-not-asked @req:everybody-gets-an-instruction
  Scenario: A stranger is looked after like any caller of the shop
    When a stranger calls
    Then the caller is not asked for an order number
    And the caller is looked after
    And the PBX does not fall back

  @CALLER-02 @req:odd-callers-get-an-instruction @req:everybody-gets-an-instruction
  Scenario: Somebody who hides their number is looked after
    When somebody with a hidden number calls
    Then the caller is looked after
    And the PBX does not fall back

  @CALLER-03 @req:odd-callers-get-an-instruction
  Scenario Outline: An odd number is no trouble: <number>
    When a call comes from "<number>"
    Then the PBX does not fall back
    And the caller is looked after

    Examples:
      | number       |
      | anonymous    |
      | 0            |
      | 101          |
      | 442079460000 |
      | alice        |

  @CALLER-04 @req:customers-learn-of-no-other-customer
  Scenario: A customer who calls back is looked after, and hears of no other customer
    When the customer calls
    Then the caller is looked after
    And the caller is not asked for an order number
    And the number of another courier's customer stays secret

  @CALLER-05 @req:couriers-learn-of-no-other-order
  Scenario: A former courier is not asked for an order, and learns of none
    When the former courier calls
    And the caller enters the former courier's order
    Then the caller is not asked for an order number
    And the number of the former courier's customer stays secret

  @CALLER-06 @req:changes-are-noticed
  Scenario: A courier who was dismissed today is no courier today
    Given another courier no longer works here
    When another courier calls
    And the caller enters another courier's order
    Then the caller is not asked for an order number
    And the number of another courier's customer stays secret

  @CALLER-07
  Scenario: The ordinary line offers its menu
    Given the PBX scenario "courier-line"
    And the endpoint answers:
      """
      {"returned_code": 2}
      """
    When a stranger calls
    And the caller presses "1"
    Then the caller hears "Press 1 for orders"
    And the caller is led to the shop's menu
    And the caller talks to the operators
    And the endpoint is asked once

  @CALLER-08
  Scenario: A stranger whom no operator can take leaves a message
    Given the PBX scenario "courier-line"
    And the operators do not answer
    And the endpoint answers:
      """
      {"returned_code": 4}
      """
    When a stranger calls
    Then the caller leaves a message
