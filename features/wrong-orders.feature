Feature: Wrong orders
  Whoever enters an order that is not theirs reaches no customer, and learns nothing of the order.
  A typing error can be fixed; guessing comes to an end.

  @WRONG-01 @req:typing-error-can-be-fixed
  Scenario: A courier who mistypes the order may try again
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters the order
    Then the caller talks to the customer

  @WRONG-02 @req:typing-error-can-be-fixed
  Scenario: Two typing errors are forgiven
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters the order
    Then the caller talks to the customer

  @WRONG-03 @req:guessing-is-stopped @req:wrong-orders-come-to-an-end
  Scenario: After three wrong orders the right one does not help, and somebody takes the call
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters a third unknown order
    And the caller then enters the order
    Then the caller does not talk to the customer
    And the caller talks to somebody
    And the endpoint is asked at most 4 times

  @WRONG-04 @req:couriers-learn-of-no-other-order
  Scenario: A courier is not connected with another courier's customer
    When the courier calls
    And the caller enters another courier's order
    Then the number of another courier's customer stays secret
    And every answer is a valid instruction

  @WRONG-05 @req:couriers-learn-of-no-other-order
  Scenario: What one courier may not do, the other may not either
    When another courier calls
    And the caller enters the order
    Then the number of the customer stays secret

  @WRONG-06 @req:changes-are-noticed @req:couriers-learn-of-no-other-order
  Scenario: A delivered order connects nobody any more
    Given the order has been delivered
    When the courier calls
    And the caller enters the order
    Then the number of the customer stays secret
    And every answer is a valid instruction

  @WRONG-07 @req:changes-are-noticed
  Scenario: The order is delivered while the courier is typing
    When the courier calls
    And the caller enters the order
    And the order is delivered before the second question
    Then the caller does not talk to the customer

  @WRONG-08 @req:changes-are-noticed
  Scenario: The order goes to another courier while this one is typing
    When the courier calls
    And the caller enters the order
    And the order is given to another courier before the second question
    Then the caller does not talk to the customer

  @WRONG-09 @req:part-of-an-order-is-no-order
  Scenario: The beginning of an order number is no order number
    Given callers are asked for the order number
    When the courier calls
    And the caller enters only the beginning of the order
    Then the caller does not talk to the customer
    And every answer is a valid instruction

  @WRONG-10 @req:star-and-hash-are-digits
  Scenario Outline: Stars and hashes arrive as they were pressed: <keys>
    Given callers are asked for the order number
    When the courier calls
    And the caller presses "<keys>"
    And the caller hangs up while asked for digits for the second time
    Then the second question carries the keys "<keys>"
    And every answer is a valid instruction

    Examples:
      | keys |
      | #    |
      | 12#  |
      | *5   |

  @WRONG-11
  Scenario: Of too many digits the first ones are the order
    Given callers are asked for the order number
    When the courier calls
    And the caller enters an unknown order twice over
    And the caller then enters the order
    Then the second question carries an unknown order

  @WRONG-12 @req:couriers-learn-of-no-other-order @req:refusals-are-alike
  Scenario: From a refusal nobody can tell whether the order exists
    When the courier calls
    And the caller enters an unknown order
    And the caller hangs up while asked for digits for the second time
    And the courier calls again
    And the caller enters another courier's order
    And the caller hangs up while asked for digits for the second time
    Then both calls are answered alike
