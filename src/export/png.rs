//! PNG of our own SVG, drawn on the processor with the fonts of the program.

use std::sync::{Arc, OnceLock};

use resvg::{tiny_skia, usvg};

use crate::export::{ExportError, font};

/// More pixels in one direction are of no use on paper or screen.
const SIDE_MAX: u32 = 16_384;

/// Draws `svg` at `scale` pixels per unit: 1 for screens, 2 for slides and print.
///
/// # Errors
/// If `svg` is no SVG, or the picture would have no or too many pixels.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, ExportError> {
    drawn(&read(svg)?, scale)?
        .encode_png()
        .map_err(|error| ExportError::Encode {
            message: error.to_string(),
        })
}

/// A picture as it lies in memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pixels {
    /// Width and height in pixels.
    pub size: [usize; 2],
    /// Red, green, blue and opacity of each pixel, row by row; colours are not multiplied with the opacity.
    pub rgba: Vec<u8>,
}

/// Draws `svg` at `scale` pixels per unit, for clipboard and screen.
///
/// # Errors
/// As [`png`].
pub fn pixels(svg: &str, scale: f32) -> Result<Pixels, ExportError> {
    Ok(unpacked(&drawn(&read(svg)?, scale)?))
}

/// Draws `svg` as large as it fits into that many pixels of width and height.
///
/// # Errors
/// As [`png`].
pub fn pixels_within(svg: &str, [width, height]: [f32; 2]) -> Result<Pixels, ExportError> {
    let tree = read(svg)?;
    let size = tree.size();
    let scale = (width / size.width()).min(height / size.height());
    Ok(unpacked(&drawn(&tree, scale)?))
}

fn unpacked(drawn: &tiny_skia::Pixmap) -> Pixels {
    let colours = drawn
        .pixels()
        .iter()
        .map(tiny_skia::PremultipliedColorU8::demultiply);
    Pixels {
        size: [drawn.width() as usize, drawn.height() as usize],
        rgba: colours
            .flat_map(|c| [c.red(), c.green(), c.blue(), c.alpha()])
            .collect(),
    }
}

fn read(svg: &str) -> Result<usvg::Tree, ExportError> {
    Ok(usvg::Tree::from_str(svg, &options())?)
}

fn drawn(tree: &usvg::Tree, scale: f32) -> Result<tiny_skia::Pixmap, ExportError> {
    let size = tree.size();
    let (width, height) = (
        (size.width() * scale).round() as u32,
        (size.height() * scale).round() as u32,
    );
    let wrong_size = || ExportError::PictureSize { width, height };
    if width > SIDE_MAX || height > SIDE_MAX {
        return Err(wrong_size());
    }
    let mut pixels = tiny_skia::Pixmap::new(width, height).ok_or_else(wrong_size)?;
    resvg::render(
        tree,
        tiny_skia::Transform::from_scale(scale, scale),
        &mut pixels.as_mut(),
    );
    Ok(pixels)
}

/// Options that know our fonts and nothing of the system.
pub(super) fn options() -> usvg::Options<'static> {
    static FONTS: OnceLock<Arc<usvg::fontdb::Database>> = OnceLock::new();
    let fonts = FONTS.get_or_init(|| {
        let mut fonts = usvg::fontdb::Database::new();
        fonts.load_font_data(font::REGULAR.to_vec());
        fonts.load_font_data(font::SEMI_BOLD.to_vec());
        fonts.set_sans_serif_family(font::FAMILY);
        Arc::new(fonts)
    });
    usvg::Options {
        font_family: font::FAMILY.to_owned(),
        fontdb: Arc::clone(fonts),
        ..usvg::Options::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SQUARE: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='10' height='20'/>";

    #[test]
    fn a_picture_is_drawn_as_large_as_it_fits() {
        let size = |room| pixels_within(SQUARE, room).unwrap().size;
        assert_eq!(size([40.0, 400.0]), [40, 80]);
        assert_eq!(size([400.0, 40.0]), [20, 40]);
    }

    #[test]
    fn the_scale_is_pixels_per_unit() {
        let bytes = png(SQUARE, 2.0).unwrap();
        // Width and height are the first fields of the header, big endian.
        assert_eq!(bytes[..8], [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        assert_eq!(
            (bytes[16..20].to_vec(), bytes[20..24].to_vec()),
            (vec![0, 0, 0, 20], vec![0, 0, 0, 40])
        );
    }

    #[test]
    fn pixels_are_those_of_the_picture_at_that_scale() {
        let red = "<svg xmlns='http://www.w3.org/2000/svg' width='2' height='1'>\
            <rect width='1' height='1' fill='#ff0000'/></svg>";
        let pixels = pixels(red, 2.0).unwrap();
        assert_eq!(pixels.size, [4, 2]);
        assert_eq!(pixels.rgba[..4], [255, 0, 0, 255]);
        assert_eq!(pixels.rgba[12..16], [0, 0, 0, 0]);
    }

    #[test]
    fn what_cannot_be_drawn_is_an_error_and_no_panic() {
        assert!(matches!(
            png("no picture", 1.0),
            Err(ExportError::Picture(_))
        ));
        for scale in [0.0, -1.0, f32::NAN, 1e9] {
            assert!(
                matches!(png(SQUARE, scale), Err(ExportError::PictureSize { .. })),
                "{scale}"
            );
        }
    }
}
