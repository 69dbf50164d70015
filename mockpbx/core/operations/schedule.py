"""Schedule: opening hours on the wall clock of a time zone."""

from datetime import datetime, timedelta

from mockpbx.core.cdr import FinishReason
from mockpbx.core.channel import CallChannel
from mockpbx.core.operations.outcome import Go, Outcome, Stop
from mockpbx.core.scenario import Hours, Schedule


def schedule(channel: CallChannel, operation: Schedule) -> Outcome:
    """Choose the way by the time at which the call gets here."""
    wall = datetime.fromtimestamp(channel.setup.started + channel.now, operation.zone)
    if any(_covers(hours, wall) for hours in operation.hours):
        return Go(operation=operation.opened)
    if operation.closed is not None:
        return Go(operation=operation.closed)
    return Stop(reason=FinishReason.GROUP_INACTIVE_BY_SCHEDULE)


def _covers(hours: Hours, wall: datetime) -> bool:
    """Tell whether a wall-clock time lies in a span that may end on the day after."""
    now = wall.time()
    today = wall.weekday() in hours.days
    yesterday = (wall - timedelta(days=1)).weekday() in hours.days
    if hours.opens < hours.closes:
        return today and hours.opens <= now < hours.closes
    return (today and now >= hours.opens) or (yesterday and now < hours.closes)
