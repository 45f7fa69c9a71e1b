//! A small web system to register at and log in to with a My Number card.
fn main() {}
