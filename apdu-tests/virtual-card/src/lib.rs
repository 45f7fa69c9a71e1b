//! A software My Number card.
