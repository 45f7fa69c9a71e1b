//! Text as a picture: GNU Unifont's glyphs in a PNG of one bit a pixel.

use png::{BitDepth, ColorType, Encoder, EncodingError};
use unifont::Glyph;

/// The height of every glyph, in pixels.
const HEIGHT: usize = 16;

/// What stands for a character that the font lacks: the geta, as printers have used it.
const GETA: char = '〓';

/// A picture of a text in black on white, `columns` half-width characters wide and as many lines high as it takes.
///
/// # Errors
/// As the encoder says; none is known for a text of 1..=200 characters.
pub(super) fn picture(text: &str, columns: usize) -> Result<Vec<u8>, EncodingError> {
    let lines = lines(text, columns);
    let rows: Vec<u8> = lines.iter().flat_map(|line| rows(line, columns)).collect();
    let size = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
    let mut picture = Vec::new();
    let mut encoder = Encoder::new(
        &mut picture,
        size(columns.saturating_mul(8)),
        size(lines.len().saturating_mul(HEIGHT)),
    );
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.write_header()?.write_image_data(&rows)?;
    Ok(picture)
}

/// The glyphs of a text, broken where a line is full.
fn lines(text: &str, columns: usize) -> Vec<Vec<&'static Glyph>> {
    let mut lines = vec![Vec::new()];
    let mut used = 0_usize;
    for character in text.chars() {
        let Some(glyph) = unifont::get_glyph(character).or_else(|| unifont::get_glyph(GETA)) else {
            continue;
        };
        used = used.saturating_add(width(glyph));
        if used > columns {
            used = width(glyph);
            lines.push(Vec::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push(glyph);
        }
    }
    lines
}

/// 1 or 2 half-width characters.
fn width(glyph: &Glyph) -> usize {
    match glyph {
        Glyph::Halfwidth(_) => 1,
        Glyph::Fullwidth(_) => 2,
    }
}

/// The pixels of a line, eight a byte, row by row; a bit that is set is white.
fn rows(line: &[&Glyph], columns: usize) -> Vec<u8> {
    (0..HEIGHT)
        .flat_map(|y| {
            let mut row: Vec<u8> = line.iter().flat_map(|glyph| ink(glyph, y)).collect();
            row.resize(columns, 0x00);
            row.into_iter().map(|ink| !ink)
        })
        .collect()
}

/// The row `y` of a glyph, where a bit that is set is black.
fn ink(glyph: &Glyph, y: usize) -> Vec<u8> {
    match glyph {
        Glyph::Halfwidth(rows) => rows.get(y).copied().into_iter().collect(),
        Glyph::Fullwidth(rows) => rows
            .get(y)
            .map(|row| row.to_be_bytes().to_vec())
            .unwrap_or_default(),
    }
}
