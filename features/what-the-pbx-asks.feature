Feature: What the PBX asks
  For each step of a call the PBX tells the endpoint who is calling, whom, and what they entered.
  The shop's administrator chooses what is sent and how; the endpoint takes it as it comes.

  @ASKED-01 @req:none-is-nothing
  Scenario: The first question comes before anything was entered
    When the courier calls
    And the caller enters the order
    Then the first question carries no digits
    And the first question says "input_result=None"

  @ASKED-02
  Scenario: The second question carries what the courier entered
    Given the endpoint answers the first question:
      """
      {"returned_code": 1}
      """
    When the courier calls
    And the caller enters the order
    Then the endpoint is asked twice
    And the second question carries the order

  @ASKED-03 @req:id-has-two-names @req:direction-is-taken
  Scenario Outline: Brands send parameters of their own: <brand>
    Given the PBX is a <brand> one
    When the courier calls
    And the caller enters the order
    Then the first question says "<name>="
    And the caller talks to the customer

    Examples:
      | brand    | name            |
      | uis      | cdr_id          |
      | comagic  | cdr_id          |
      | callgear | direction       |
      | novofon  | call_session_id |

  @ASKED-04 @req:any-parameter-may-be-absent
  Scenario Outline: The administrator may untick a parameter: <parameter>
    Given the PBX leaves out <parameter>
    When the courier calls
    Then the first question does not mention "<parameter>"
    And every answer is a valid instruction

    Examples:
      | parameter    |
      | cdr_id       |
      | start_time   |
      | input_result |
      | numa         |
      | numb         |

  @ASKED-05 @req:unexpected-parameters
  Scenario: A parameter that nobody told about is no trouble
    Given the PBX also sends "utm_source" as "spring"
    When the courier calls
    And the caller enters the order
    Then the first question says "utm_source=spring"
    And the caller talks to the customer

  @ASKED-06 @req:nothing-in-other-forms @req:nothing-entered-in-other-forms
  Scenario Outline: However nothing is written, it is nothing: <form>
    Given nothing entered is sent as "<form>"
    When the courier calls
    And the caller enters the order
    Then every answer is a valid instruction
    And the caller is not led to the second try

    Examples:
      | form   |
      | None   |
      | empty  |
      | absent |

  @ASKED-07 @req:direction-is-taken @req:direction-elsewhere
  Scenario: A call out is answered, too
    When the courier places a call out
    Then every answer is a valid instruction

  @ASKED-08
  Scenario: What is pressed in a menu is the PBX's own affair
    Given the PBX scenario "menu-first"
    And the endpoint answers:
      """
      {"returned_code": 2}
      """
    When a stranger calls
    And the caller presses "1"
    Then the endpoint is asked once
    And the first question carries no digits

  @ASKED-09
  Scenario: Each question of a chain carries only its own digits
    Given the PBX scenario "chain"
    And the endpoint answers:
      """
      {"returned_code": 1}
      """
    When the courier calls
    And the caller presses "1"
    And the caller enters the order
    And the caller hangs up while asked for digits for the third time
    Then the first question carries no digits
    And the second question carries the keys "1"
    And the third question carries the order
