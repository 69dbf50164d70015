Feature: Riders and drivers reach each other
  Neither learns the number of the other.

  @TAXI-01
  Scenario: A rider reaches the driver at once
    When "rider" calls
    Then the caller talks to "driver"
    And the endpoint is asked once

  @TAXI-02
  Scenario Outline: A driver reaches the rider whose ride they enter
    When "driver" calls
    And the caller enters "<ride>"
    Then the caller talks to "<rider>"

    Examples:
      | ride       | rider       |
      | ride       | rider       |
      | other_ride | other_rider |

  @TAXI-03
  Scenario: A rider who cannot reach the driver reaches the dispatch
    Given "driver" is busy
    When "rider" calls
    Then the caller talks to "74954445577"
