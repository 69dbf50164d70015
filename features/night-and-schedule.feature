Feature: Night and schedule
  Outside the opening hours nobody asks the endpoint: the shop's voicemail takes the call.

  @HOURS-01 @req:closed-hours-are-covered
  Scenario: At night the caller leaves a message
    Given the PBX scenario "courier-line"
    And it is 23:30
    When the courier calls
    And the caller enters the order
    Then the endpoint is not asked
    And the caller is led to the voicemail
    And the caller leaves a message

  @HOURS-02
  Scenario Outline: At <time> the line is <state>
    Given the PBX scenario "courier-line"
    And it is <time>
    When a stranger calls
    Then the endpoint is asked <times>

    Examples:
      | time  | state  | times |
      | 07:59 | closed | never |
      | 08:00 | open   | once  |
      | 21:59 | open   | once  |
      | 22:00 | closed | never |
      | 00:00 | closed | never |

  @HOURS-03
  Scenario Outline: In summer and in winter the line opens at nine by its own clock, on <day> at <time>
    Given the PBX scenario "berlin-hours"
    And it is <time> on <day> in "Europe/Berlin"
    When a stranger calls
    Then the endpoint is asked <times>

    Examples:
      | day        | time  | times |
      | 2026-01-15 | 08:59 | never |
      | 2026-01-15 | 09:00 | once  |
      | 2026-07-15 | 08:59 | never |
      | 2026-07-15 | 09:00 | once  |

  @HOURS-04
  Scenario: A span that began on Friday evening lasts past midnight
    Given the PBX scenario "berlin-hours"
    And it is 01:30 on 2026-09-19 in "Europe/Berlin"
    When a stranger calls
    Then the endpoint is asked once

  @HOURS-05
  Scenario: Closed without a voicemail, the line says so in the record
    Given the PBX scenario "berlin-hours"
    And it is 20:00 on 2026-09-17 in "Europe/Berlin"
    When a stranger calls
    Then the call ends as group_inactive_by_schedule
    And the endpoint is not asked

  @HOURS-06
  Scenario: Whoever is on the blacklist is turned away before the endpoint is asked
    Given the PBX scenario "blacklist"
    When a call comes from "79990000666"
    Then the endpoint is not asked
    And the call ends as numa_in_black_list
