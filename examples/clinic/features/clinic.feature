Feature: Patients reach the clinic
  Only who knows the PIN reaches the doctor, and nobody learns the doctor's number.

  @CLINIC-01
  Scenario: A patient reaches their doctor
    When "patient" calls
    And the caller enters "pin"
    And the caller presses "2"
    Then the caller talks to "doctor"

  @CLINIC-02
  Scenario: A patient who mistypes the PIN may try again
    When "patient" calls
    And the caller enters "wrong_pin"
    And the caller then enters "pin"
    And the caller presses "1"
    Then the caller talks to "301"

  @CLINIC-03
  Scenario: The PIN does not help who calls from another phone
    When a stranger calls
    And the caller enters "pin"
    Then the caller is looked after
    And the number of "doctor" stays secret
