"""A page's state goes forward or stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.domain.delivery import FINAL, PageState, later

STATES = st.sampled_from(list(PageState))


def test_a_report_that_comes_late_changes_nothing() -> None:
    assert later(PageState.DELIVERED, PageState.SENT) is PageState.DELIVERED
    assert later(PageState.SENT, PageState.ACCEPTED) is PageState.SENT


def test_a_report_that_comes_before_our_own_record_is_kept() -> None:
    assert later(PageState.SENDING, PageState.DELIVERED) is PageState.DELIVERED


def test_undelivered_after_sent_is_believed() -> None:
    assert later(PageState.SENT, PageState.UNDELIVERED) is PageState.UNDELIVERED


def test_a_page_presumed_lost_that_arrives_after_all_is_known_to_have_arrived() -> None:
    assert later(PageState.PRESUMED_LOST, PageState.DELIVERED) is PageState.DELIVERED


@given(st.lists(STATES, max_size=8))
def test_repeating_all_reports_in_any_order_never_changes_a_final_state(reports: list[PageState]) -> None:
    state = PageState.QUEUED
    for report in [*reports, *reversed(reports)]:
        before, state = state, later(state, report)
        assert state is before or before not in FINAL
