"""Two-way pagers that tell nothing by themselves: ask what became of their messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from service.domain.channel import Channel
from service.usecases.answer_page import AnswerPage
from service.usecases.ports import DeliveryReport, Ledger, Page, PagerGateway, PagerNews
from service.usecases.record_delivery import RecordDelivery

EVERY = timedelta(seconds=3)
_LOOKS_BACK = timedelta(days=1)
_AT_MOST = 100
"""So many messages in one round: the newest, which are those that somebody waits for."""


@dataclass(frozen=True, slots=True)
class AskPagers:
    """A choice acts for whoever was paged, as a key or a reply does. That it was read acts for nobody."""

    ledger: Ledger
    gateway: PagerGateway
    answer_page: AnswerPage
    record_delivery: RecordDelivery

    def __call__(self) -> None:
        """Ask when it is due, one process at a time; a gateway that does not answer is left until then."""
        for page in self._waiting():
            news = self.gateway.ask(page.provider_id or "")
            if news is None:
                return
            self._take(page, news)

    def _waiting(self) -> tuple[Page, ...]:
        with self.ledger.transaction() as tx:
            if not tx.claim_chore("two-way pagers", EVERY):
                return ()
            return tx.pages_to_ask_about(Channel.SNPP, tx.now - _LOOKS_BACK, _AT_MOST)

    def _take(self, page: Page, news: PagerNews) -> None:
        if news.state is not None and news.state is not page.state:
            detail = "" if news.refusal is None else news.refusal.value
            report = DeliveryReport(news.state, page.provider_id or "", detail, news.refusal)
            self.record_delivery(page.page_id, report)
        if news.act is not None:
            self.answer_page(page.page_id, news.act, news.reply_id)
