Feature: Hang-ups
  People hang up whenever they like. Nothing may follow then: no further question, no phone that
  rings for nobody; and the next call is served as ever.

  @HANGUP-01 @req:courier-reaches-customer @req:lost-callers-disturb-nobody
  Scenario: A courier hangs up in the middle of the digits and calls again
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    When the courier calls
    And the caller enters the order with a pause after each digit
    And the caller hangs up while asked for digits
    And the courier calls again
    And the caller enters the order
    Then on the first call the endpoint is asked once
    And on the first call the caller talks to nobody
    And on the second call the caller talks to the customer

  @HANGUP-02 @req:lost-callers-disturb-nobody
  Scenario: A courier hangs up while the endpoint is thinking
    Given the endpoint takes 3 seconds on the first call
    When the courier calls
    And the caller hangs up while the endpoint is thinking
    And the courier calls again
    And the caller enters the order
    Then on the first call nobody's phone rings
    And on the first call the call ends as subscriber_disconnects
    And on the second call the caller talks to the customer

  @HANGUP-03
  Scenario Outline: The caller hangs up <moment>
    Given the endpoint answers:
      """
      {"text": "One moment, please.", "phones": ["74950000201"], "operator_message": "a.mp3"}
      """
    When a stranger calls
    And the caller hangs up <moment>
    Then the call ends as subscriber_disconnects
    And the caller talks to nobody
    And the endpoint is asked once

    Examples:
      | moment                     |
      | during the announcement    |
      | while a phone is ringing   |
      | during the whisper         |
      | while the endpoint is thinking |

  @HANGUP-04
  Scenario: The customer ends the conversation
    Given the customer hangs up after 7 seconds of talk
    When the courier calls
    And the caller enters the order
    Then the caller talks to the customer
    And the call is ended by the other side
    And the call ends as success_finish

  @HANGUP-05
  Scenario: The one who was called hangs up on hearing what it is about
    Given the endpoint answers:
      """
      {"phones": ["74950000201", "74950000202"], "operator_message": "a.mp3"}
      """
    And "74950000201" hangs up on hearing the message
    When a stranger calls
    Then the caller does not talk to "74950000201"

  @HANGUP-06
  Scenario: The caller hangs up while leaving a message
    Given the endpoint is down
    And the operators do not answer
    When a stranger calls
    And the caller hangs up while leaving a message
    Then the caller leaves a message
    And the call is ended by the caller
