//! Characters that show something. People decide by labels, names and reasons, so a text that looks empty is none.

use unicode_general_category::{GeneralCategory, get_general_category};

/// Letters and symbols by category that nevertheless draw a blank: the Hangul fillers and the empty Braille pattern.
const BLANKS: [char; 5] = ['\u{115f}', '\u{1160}', '\u{3164}', '\u{ffa0}', '\u{2800}'];

/// True if at least one character of the text draws something of its own: a letter, digit, punctuation or symbol, but
/// no blank, mark without a base, control, format or unassigned character (Unicode general categories).
pub(crate) fn is_visible(text: &str) -> bool {
    text.chars().any(draws)
}

fn draws(character: char) -> bool {
    use GeneralCategory::{
        ClosePunctuation, ConnectorPunctuation, CurrencySymbol, DashPunctuation, DecimalNumber, FinalPunctuation,
        InitialPunctuation, LetterNumber, LowercaseLetter, MathSymbol, ModifierLetter, ModifierSymbol, OpenPunctuation,
        OtherLetter, OtherNumber, OtherPunctuation, OtherSymbol, TitlecaseLetter, UppercaseLetter,
    };
    !BLANKS.contains(&character)
        && matches!(
            get_general_category(character),
            UppercaseLetter
                | LowercaseLetter
                | TitlecaseLetter
                | ModifierLetter
                | OtherLetter
                | DecimalNumber
                | LetterNumber
                | OtherNumber
                | ConnectorPunctuation
                | DashPunctuation
                | OpenPunctuation
                | ClosePunctuation
                | InitialPunctuation
                | FinalPunctuation
                | OtherPunctuation
                | MathSymbol
                | CurrencySymbol
                | ModifierSymbol
                | OtherSymbol
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_characters_that_draw_something_are_visible() {
        for nothing in [
            "",
            " ",
            "\t",
            "\u{a0}",
            "\u{ad}",
            "\u{34f}",
            "\u{61c}",
            "\u{115f}",
            "\u{1160}",
            "\u{180e}",
            "\u{2003}",
            "\u{200b}",
            "\u{200d}",
            "\u{200f}",
            "\u{202e}",
            "\u{2060}",
            "\u{2065}",
            "\u{2066}",
            "\u{2800}",
            "\u{3000}",
            "\u{3164}",
            "\u{fe0f}",
            "\u{feff}",
            "\u{ffa0}",
            "\u{301}",
            "\u{e0001}",
            "\u{e0100}",
            "\u{e000}",
            "\u{200b}\u{3164} \u{2800}",
        ] {
            assert!(!is_visible(nothing), "{nothing:?}");
        }
        for something in
            ["a", "Ж", "أ", "ก", "店", "한", "7", "٣", "-", "€", "🙂", "\u{200b}x", "e\u{301}", "\u{202e}x"]
        {
            assert!(is_visible(something), "{something:?}");
        }
    }
}
