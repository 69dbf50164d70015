Feature: A courier reaches the customer
  A courier calls the shop's number, enters the number of the order, and talks to the customer
  who waits for it. Neither of them needs the other's phone number.

  @COURIER-01 @req:courier-reaches-customer @req:answer-instructs
  Scenario: A courier enters the order and talks to its customer
    When the courier calls
    And the caller enters the order
    Then the caller talks to the customer
    And the call ends as success_finish

  @COURIER-02 @req:typed-order-decides
  Scenario: A courier with two orders reaches the customer of the one they entered
    When the courier calls
    And the caller enters the second order
    Then the caller talks to the customer of the second order
    And the number of the customer stays secret

  @COURIER-03 @req:order-number-is-text
  Scenario: The zeros at the beginning of an order number count
    When the courier calls
    And the caller enters the order with leading zeros
    Then the caller talks to the customer of the order with leading zeros

  @COURIER-04 @req:courier-reaches-customer
  Scenario: A courier with a single order reaches its customer
    When the courier with one order calls
    And the caller enters the only order
    Then the caller talks to the customer of the only order

  @COURIER-05 @req:two-roles
  Scenario: A courier who also waits for an order is still a courier
    When the courier who also waits for an order calls
    And the caller enters the order of that courier
    Then the caller talks to the customer of that courier

  @COURIER-06 @req:courier-reaches-customer
  Scenario: Every courier reaches their own customers
    When another courier calls
    And the caller enters another courier's order
    Then the caller talks to another courier's customer

  @COURIER-07 @req:courier-reaches-customer
  Scenario: A courier may call about the same order as often as needed
    When the courier calls
    And the caller enters the order
    And the courier calls again
    And the caller enters the order
    Then on the first call the caller talks to the customer
    And on the second call the caller talks to the customer

  @COURIER-08 @req:courier-reaches-customer
  Scenario: A courier who types slowly is understood
    When the courier calls
    And the caller enters the order with a pause after each digit
    Then the caller talks to the customer

  @COURIER-09 @req:courier-reaches-customer
  Scenario: A courier who knows the prompt need not wait for its end
    When the courier calls
    And the caller enters the order
    And the caller does not wait for the end of the prompt
    Then the caller talks to the customer

  @COURIER-10 @req:courier-reaches-customer @req:none-is-no-order
  Scenario: A courier who enters nothing at first reaches the customer all the same
    When the courier calls
    And the caller enters nothing
    And the caller then enters the order
    Then the caller talks to the customer

  @COURIER-11 @req:none-is-nothing @req:none-is-no-order
  Scenario: Having entered nothing yet is no wrong order
    When the courier calls
    And the caller enters the order
    Then the caller is not led to the second try
    And the caller talks to the customer

  @COURIER-12 @req:courier-reaches-customer
  Scenario: The courier talks for as long as it takes
    When the courier calls
    And the caller enters the order
    And the caller talks for 90 seconds
    Then the caller talks to the customer
    And the call is ended by the caller

  @COURIER-13 @req:changes-are-noticed
  Scenario: A delivered order that is open again connects again
    Given these orders:
      | order             | courier     | customer                             |
      | a delivered order | the courier | the customer of the delivered order |
    When the courier calls
    And the caller enters a delivered order
    Then the caller talks to the customer of the delivered order

  @COURIER-14 @req:changes-are-noticed
  Scenario: An order that goes to another courier is served to that one
    Given the order has been given to another courier
    When another courier calls
    And the caller enters the order
    Then the caller talks to the customer

  @COURIER-15 @req:number-forms-are-understood
  Scenario Outline: However the courier's number is written, there is an answer: <form>
    When the courier calls, the number written <form>
    And the caller enters the order
    Then every answer is a valid instruction
    And the number of another courier's customer stays secret

    Examples:
      | form                    |
      | with a plus             |
      | with an unencoded plus  |
      | beginning with an eight |
      | as ten digits           |
