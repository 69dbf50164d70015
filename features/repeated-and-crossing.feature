Feature: Repeated questions and calls that cross
  A PBX may send a question twice, and many people call at once. Everybody gets what is theirs.

  @CROSS-01 @req:repetition-is-harmless
  Scenario Outline: The <nth> question is sent again and answered as before
    When the courier calls
    And the caller enters the order
    And the PBX repeats the <nth> question
    Then the repeated question is answered as before
    And the caller talks to the customer

    Examples:
      | nth    |
      | first  |
      | second |

  @CROSS-02 @req:repetition-is-harmless
  Scenario: A question sent twice at the same moment is one question
    When the courier calls
    And the caller enters the order
    And the PBX sends the first question twice at once
    And the PBX sends the second question twice at once
    Then the repeated question is answered as before
    And the caller talks to the customer

  @CROSS-03 @req:repetition-is-harmless @req:typing-error-can-be-fixed
  Scenario: A wrong order that is sent twice is one wrong order
    When the courier calls
    And the caller enters an unknown order
    And the caller then enters a second unknown order
    And the caller then enters the order
    And the PBX repeats the second question
    And the PBX repeats the third question
    Then the caller talks to the customer

  @CROSS-04 @req:calls-do-not-mix
  Scenario: Two couriers call at once, and each reaches their own customer
    When the courier calls
    And the caller enters the order
    And another courier calls at the same moment
    And the caller enters another courier's order
    Then the courier talks to the customer
    And another courier talks to another courier's customer
    And the courier learns no number of another courier's customer
    And another courier learns no number of the customer

  @CROSS-05 @req:calls-do-not-mix
  Scenario: A courier and a stranger call at once, and neither gets the other's answer
    When the courier calls
    And the caller enters the order
    And at the same moment a stranger calls
    Then the courier talks to the customer
    And a stranger learns no number of the customer

  @CROSS-06 @req:calls-do-not-mix
  Scenario: One courier calls about two orders at once
    When the courier calls
    And the caller enters the order
    And the courier calls at the same moment
    And the caller enters the second order
    Then on the first call the courier talks to the customer
    And on the second call the courier talks to the customer of the second order

  @CROSS-07 @req:courier-reaches-customer
  Scenario: A courier who calls again is a new caller, not the rest of the old call
    When the courier calls
    And the caller hangs up while asked for digits
    And the courier calls again
    And the caller enters the order
    Then on the second call the caller talks to the customer
    And on the second call the first question carries no digits
