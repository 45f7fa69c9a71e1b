//! How long the card takes for an answer, by kind of command: `cargo bench -p jpki-virtual-card --bench answers`.
//! Whether that is short enough is the matter of `--bench bounds`.
#![expect(
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    reason = "a measurement ends with what went wrong"
)]

mod exchange;

use divan::Bencher;

use exchange::{Exchange, RSA, WITHOUT_RSA};

fn main() {
    divan::main();
}

#[divan::bench(args = WITHOUT_RSA)]
fn without_rsa(bencher: Bencher<'_, '_>, exchange: &Exchange) {
    measure(bencher, exchange);
}

#[divan::bench(args = RSA)]
fn rsa(bencher: Bencher<'_, '_>, exchange: &Exchange) {
    measure(bencher, exchange);
}

fn measure(bencher: Bencher<'_, '_>, exchange: &Exchange) {
    let (mut card, command) = exchange.begin();
    bencher.bench_local(|| card.transmit(&command));
}
