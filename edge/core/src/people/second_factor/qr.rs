//! QR codes as SVG, for authenticator apps.

use std::fmt::Write as _;

use qrcodegen::{QrCode, QrCodeEcc};

use crate::error::InternalError;
use crate::text::secret::Secret;

/// Blank modules around the code (ISO/IEC 18004: four).
const MARGIN: i32 = 4;

/// The QR code of a text: black on white whatever the page's colours, one unit a module.
pub fn svg(text: &str) -> Result<Secret, InternalError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium)
        .map_err(|_| InternalError::new("a text that is too long for a QR code"))?;
    let side = code.size() + 2 * MARGIN;
    let mut path = String::new();
    for y in 0..code.size() {
        let mut x = 0;
        while x < code.size() {
            let from = x;
            while x < code.size() && code.get_module(x, y) {
                x += 1;
            }
            if x > from {
                // Writing to a text cannot fail.
                let _ = write!(path, "M{} {}h{}v1H{}z", from + MARGIN, y + MARGIN, x - from, from + MARGIN);
            }
            x += 1;
        }
    }
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\"{path}\"/></svg>"
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dark_module_is_drawn_once() {
        let code = QrCode::encode_text("otpauth://totp/x?secret=ABC", QrCodeEcc::Medium).unwrap();
        let dark = (0..code.size()).flat_map(|y| (0..code.size()).map(move |x| (x, y)));
        let dark = dark.filter(|(x, y)| code.get_module(*x, *y)).count();
        let svg = svg("otpauth://totp/x?secret=ABC").unwrap();
        let path = svg.expose().rsplit(" d=\"").next().unwrap();
        let drawn = path.split('h').skip(1).map(|run| run.split('v').next().unwrap().parse::<usize>().unwrap());
        assert_eq!(drawn.sum::<usize>(), dark);
        assert!(svg.expose().starts_with("<svg xmlns=") && svg.expose().len() < 16_000);
    }

    #[test]
    fn the_longest_login_fits() {
        assert!(svg(&"%40".repeat(128 + 60)).is_ok());
    }
}
