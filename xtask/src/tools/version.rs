//! Version numbers in the output of programs.

/// `major.minor.patch`, in version order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Version(pub(crate) u32, pub(crate) u32, pub(crate) u32);

impl Version {
    /// The first version number in a text such as `v24.21.0` or `rustc 1.96.0 (ac68faa20 2026-05-25)`.
    pub(crate) fn find(text: &str) -> Option<Self> {
        text.split_whitespace().find_map(|word| {
            let word = word.trim_start_matches('v');
            let number = word.split_once(['-', '+']).map_or(word, |(number, _)| number);
            let mut parts = number.split('.').map(|part| part.parse().ok());
            let version = Self(parts.next()??, parts.next()??, parts.next()??);
            parts.next().is_none().then_some(version)
        })
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}.{}", self.0, self.1, self.2)
    }
}

#[cfg(test)]
mod tests {
    use super::Version;

    #[test]
    fn a_version_is_found_in_what_programs_print() {
        for (text, version) in [
            ("v24.21.0", Some(Version(24, 21, 0))),
            ("rustc 1.96.0 (ac68faa20 2026-05-25) (built from a source tarball)", Some(Version(1, 96, 0))),
            ("rustc 1.98.0-nightly (1234 2026-05-25)", Some(Version(1, 98, 0))),
            ("v24", None),
            ("1.2.3.4", None),
            ("", None),
        ] {
            assert_eq!(Version::find(text), version, "{text}");
        }
    }

    #[test]
    fn versions_are_compared_by_number_and_not_by_text() {
        assert!(Version(22, 9, 0) < Version(22, 12, 0));
        assert!(Version(9, 99, 99) < Version(22, 0, 0));
    }
}
