Feature: Fallback: the endpoint fails, and the caller is looked after all the same
  The endpoint may be slow, wrong or down. Whatever happens to it, no caller is cut off: the
  administrator has said where the call goes when no instruction comes.

  @FAILURE-01 @req:first-question-has-a-fallback @req:fallback-is-more-than-words
  Scenario Outline: The endpoint <failure>, and the operators take the call
    Given the endpoint <failure>
    When the courier calls
    Then the PBX falls back to the operators
    And the PBX falls back because <reason>
    And the caller talks to the operators

    Examples: it cannot be reached
      | failure                             | reason                               |
      | is down                             | nobody listens there                 |
      | has no address                      | there is no address                  |
      | cannot be reached in time           | no connection came about             |
      | has an expired certificate          | the certificate is not to be trusted |
      | has a certificate of another host   | the certificate is not to be trusted |
      | has a certificate of its own making | the certificate is not to be trusted |

    Examples: the connection fails
      | failure                                | reason                            |
      | breaks the connection off              | the connection broke off          |
      | breaks off in the middle of its answer | the connection broke off          |
      | hangs up without a word                | nothing came back                 |
      | stops in the middle of its answer      | the answer stopped in the middle  |
      | never answers                          | the answer took too long          |
      | answers in gibberish                   | the answer is gibberish           |

    Examples: the answer is not what it should be
      | failure                                | reason                               |
      | sends the PBX elsewhere                | the endpoint is elsewhere            |
      | answers with a picture                 | the answer is no text                |
      | answers with what cannot be unpacked   | the answer cannot be unpacked        |
      | answers with ten megabytes             | the answer is too large              |
      | answers with a bottomless list         | the answer is too large              |
      | answers with nothing                   | the answer cannot be read            |
      | answers with half an answer            | the answer cannot be read            |
      | answers with a web page                | the answer cannot be read            |
      | prints a warning before its answer     | the answer cannot be read            |
      | adds words after its answer            | the answer cannot be read            |
      | answers in windows-1251                | the letters cannot be read           |
      | answers in UTF-16                      | the letters cannot be read           |
      | puts a byte order mark first           | the answer can be read in two ways   |
      | answers with a code that is not a number | the answer can be read in two ways |
      | gives two codes under one name         | the answer can be read in two ways   |
      | wraps its answer into a text           | the answer has the wrong shape       |
      | wraps its answer into a list           | the answer has the wrong shape       |
      | answers null                           | the answer has the wrong shape       |

  @FAILURE-02 @req:first-question-has-a-fallback
  Scenario Outline: The endpoint reports the status <status>, and the operators take the call
    Given the endpoint answers with status <status>
    When a stranger calls
    Then the PBX falls back because the endpoint reported an error
    And the caller talks to the operators

    Examples:
      | status |
      | 201    |
      | 204    |
      | 401    |
      | 403    |
      | 404    |
      | 429    |
      | 500    |
      | 502    |
      | 503    |

  @FAILURE-03 @req:later-questions-have-a-fallback
  Scenario Outline: The endpoint <failure> when the courier has entered the order
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    And the endpoint <failure> at the second question
    When the courier calls
    And the caller enters the order
    Then the PBX falls back to the operators
    And the caller talks to the operators

    Examples:
      | failure                   |
      | is down                   |
      | never answers             |
      | answers with a web page   |
      | breaks the connection off |

  @FAILURE-04 @req:nobody-answers-is-covered
  Scenario Outline: The endpoint is down and the operators <state>: there is the voicemail
    Given the endpoint is down
    And the operators <state>
    When a stranger calls
    Then the caller leaves a message

    Examples:
      | state           |
      | do not answer   |
      | are busy        |
      | reject the call |

  @FAILURE-05 @req:nobody-answers-is-covered
  Scenario: Nobody answers whom the endpoint named, and the caller is looked after
    Given the customer does not answer
    When the courier calls
    And the caller enters the order
    Then the caller is looked after

  @FAILURE-06 @req:silence-lasts-one-deadline
  Scenario: An endpoint that never answers costs the caller one deadline of silence
    Given the PBX scenario "courier-line"
    And the endpoint never answers
    When the courier calls
    Then the caller hears at least 4.9 seconds of silence
    And the caller hears at most 5.5 seconds of silence

  @FAILURE-07
  Scenario Outline: An answer after <seconds> seconds is <judged>
    Given the PBX scenario "courier-line"
    And the endpoint answers:
      """
      {"phones": ["74950000201"]}
      """
    And the endpoint takes <seconds> seconds
    When a stranger calls
    And the caller talks for 60 seconds
    Then the caller talks to <whom>

    Examples:
      | seconds | judged      | whom          |
      | 1.9     | in time     | "74950000201" |
      | 4.5     | in time     | "74950000201" |
      | 5.1     | too late    | the operators |
      | 30      | too late    | the operators |

  @FAILURE-08
  Scenario: A late answer changes nothing, neither on this call nor on the next
    Given the PBX scenario "courier-line"
    And the endpoint takes 5.1 seconds on the first call
    When the courier calls
    And the caller talks for 60 seconds
    And the courier calls again
    And the caller enters the order
    Then on the first call the answer came too late
    And on the first call the caller talks to the operators
    And on the second call the caller talks to the customer

  @FAILURE-09
  Scenario: After an outage the next call is served as ever
    Given the endpoint is down on the first call
    And the endpoint never answers on the second call
    When the courier calls
    And the courier calls again
    And the courier calls again
    And the caller enters the order
    Then on the first call the caller talks to the operators
    And on the second call the caller talks to the operators
    And on the third call the caller talks to the customer

  @FAILURE-10
  Scenario: Different failures may have different fallbacks
    Given the PBX scenario "fallback-by-failure"
    And the endpoint answers with status 503 at the first question
    When a stranger calls
    Then the PBX falls back to the apology
    And the caller hears "We are sorry"

  @FAILURE-11
  Scenario: Without a fallback the caller is cut off, which is why there should be one
    Given the PBX scenario "self-loop"
    And the endpoint never answers
    When a stranger calls
    Then the call ends as timeout

  @FAILURE-12
  Scenario: An endpoint that asks for ever is stopped
    Given the PBX scenario "self-loop"
    And the endpoint answers:
      """
      {"returned_code": 1}
      """
    When a stranger calls
    Then the call ends as max_transition_count_exceeded
