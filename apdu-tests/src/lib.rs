//! Exchanges with a My Number card, tested without a card.
