Feature: The form of the answer
  An answer tells the PBX one thing to do: numbers to dial, something to say, or a code that the
  administrator has given a meaning.

  @ANSWER-01 @req:answer-is-200 @req:body-is-json @req:answer-instructs @req:root-is-an-object
  Scenario Outline: Everybody's call gets an answer that the PBX can follow: <who>
    When <who> calls
    And the caller enters the order
    Then every answer is a valid instruction
    And every answer has status 200

    Examples:
      | who                         |
      | the courier                 |
      | the customer                |
      | a stranger                  |
      | somebody with a hidden number |

  @ANSWER-02 @req:content-type-is-json @req:body-is-short
  Scenario: The answer says what it is, and no more than it must
    When the courier calls
    And the caller enters the order
    Then every answer is marked as JSON
    And every answer is shorter than 4000 bytes

  @ANSWER-03 @req:answer-is-in-time @req:room-to-spare
  Scenario: The answer comes while the caller still waits
    When the courier calls
    And the caller enters the order
    Then every answer comes within 2 seconds
    And the caller hears at most 8 seconds of silence

  @ANSWER-04
  Scenario: Numbers are dialled one after another until somebody answers
    Given the endpoint answers:
      """
      {"phones": ["74950000201", "74950000202"]}
      """
    And "74950000201" is busy
    When a stranger calls
    Then these phones ring:
      | phone       | outcome  | shown      |
      | 74950000201 | busy     | a stranger |
      | 74950000202 | answered | a stranger |
    And the endpoint is asked once

  @ANSWER-05
  Scenario: All numbers ring at once where the administrator wants that
    Given the PBX scenario "ring-all"
    And the endpoint answers:
      """
      {"phones": ["74950000201", "74950000202"]}
      """
    And "74950000201" answers after 9 seconds
    And "74950000202" answers after 4 seconds
    When a stranger calls
    Then the caller talks to "74950000202"

  @ANSWER-06
  Scenario: An announcement is heard before anybody is called
    Given the endpoint answers:
      """
      {"text": "One moment, please.", "phones": ["74950000201"]}
      """
    When a stranger calls
    Then the caller hears "One moment, please."
    And the caller talks to "74950000201"

  @ANSWER-07
  Scenario: A file of the shop's recordings is heard as an announcement
    Given the endpoint answers:
      """
      {"message_name": "hello.mp3", "phones": ["74950000201"]}
      """
    When a stranger calls
    Then the caller hears "hello.mp3"

  @ANSWER-08 @req:operator-message-is-heard
  Scenario Outline: Whoever answers is told first what it is about: <way>
    Given the endpoint answers:
      """
      <answer>
      """
    When a stranger calls
    Then whoever answers is told "<words>"

    Examples:
      | way           | answer                                                                        | words      |
      | a file        | {"phones": ["74950000201"], "operator_message": "courier.mp3"}               | courier    |
      | spoken text   | {"phones": ["74950000201"], "operator_message": {"operator_text": "Order 7"}} | Order 7    |
      | key at the top | {"phones": ["74950000201"], "operator_text": "Order 7"}                      | Order 7    |

  @ANSWER-09
  Scenario: An announcement alone is an answer, too
    Given the PBX scenario "slots"
    And the endpoint answers:
      """
      {"text": "Your parcel is on its way."}
      """
    When a stranger calls
    Then the first answer is an announcement
    And the caller hears "Your parcel is on its way."
    And nobody's phone rings

  @ANSWER-10
  Scenario Outline: A code leads where the administrator said: <code>
    Given the PBX scenario "courier-line"
    And the endpoint answers the first question:
      """
      {"returned_code": <code>}
      """
    When a stranger calls
    And the caller hangs up <moment>
    Then the first answer is a return code
    And the caller is led to <place>

    Examples:
      | code | place                             | moment                       |
      | 1    | the question for the order number | while asked for digits       |
      | 2    | the shop's menu                   | while asked for digits       |
      | 3    | the second try                    | while asked for digits       |
      | 4    | the operators                     | while a phone is ringing     |
      | "4"  | the operators                     | while a phone is ringing     |

  @ANSWER-11
  Scenario: Several codes are gone through one after another
    Given the PBX scenario "slots"
    And the endpoint answers:
      """
      {"returned_code": [1, 2]}
      """
    When a stranger calls
    Then the caller hears "One."
    And the caller hears "two.wav"

  @ANSWER-12
  Scenario: A code that leads nowhere cuts the caller off
    Given the PBX scenario "courier-line"
    And the endpoint answers:
      """
      {"returned_code": 99}
      """
    When a stranger calls
    Then the call ends as no_operation
    And the call is ended by the PBX

  @ANSWER-13
  Scenario Outline: What is no instruction is not guessed at: <mistake>
    Given the endpoint answers:
      """
      <answer>
      """
    When a stranger calls
    Then the PBX falls back because the answer tells nothing to do
    And the caller talks to the operators

    Examples:
      | mistake              | answer                                          |
      | phones is no list    | {"phones": "74950000201"}                       |
      | phones is misspelt   | {"phone": ["74950000201"]}                      |
      | numbers, not text    | {"phones": [74950000201]}                       |
      | a plus in the number | {"phones": ["+74950000201"]}                    |
      | nobody to dial       | {"phones": []}                                  |
      | nothing to do        | {"status": "ok"}                                |

  @ANSWER-15 @req:one-instruction
  Scenario: Of two instructions at once, which nobody documents, the phones are dialled
    Given the endpoint answers:
      """
      {"phones": ["74950000201"], "returned_code": 2}
      """
    When a stranger calls
    Then the caller is connected to "74950000201"

  @ANSWER-16 @req:empty-phones-beside
  Scenario Outline: What is not set does no harm: <unset>
    Given the endpoint answers:
      """
      <answer>
      """
    When a stranger calls
    Then the caller is connected to "74950000201"

    Examples:
      | unset       | answer                                                                |
      | null        | {"phones": ["74950000201"], "text": null, "returned_code": null}      |
      | empty texts | {"phones": ["74950000201"], "text": "", "operator_message": ""}       |

  @ANSWER-14 @req:no-cookies
  Scenario: The answer sets no cookie
    When the courier calls
    And the caller enters the order
    Then no answer sets a cookie
