//! Authenticator data and attestation objects (WebAuthn level 3, sections 6.1 and 6.5), from bytes to their parts.

use ciborium::Value;

/// Nesting of CBOR beyond which it is refused.
const MAX_DEPTH: usize = 8;

/// Bytes that are not what they should be.
pub(super) struct Malformed;

/// Authenticator data.
pub(super) struct AuthenticatorData<'a> {
    pub(super) rp_id_hash: &'a [u8],
    flags: u8,
    pub(super) sign_count: u32,
    pub(super) attested: Option<Attested<'a>>,
}

/// A new credential (section 6.5.1).
pub(super) struct Attested<'a> {
    pub(super) credential_id: &'a [u8],
    pub(super) public_key: Value,
}

/// Takes bytes from the front.
fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], Malformed> {
    let (taken, left) = rest.split_at_checked(length).ok_or(Malformed)?;
    *rest = left;
    Ok(taken)
}

/// Takes a big-endian number from the front.
fn number<const N: usize>(rest: &mut &[u8]) -> Result<[u8; N], Malformed> {
    take(rest, N)?.try_into().map_err(|_| Malformed)
}

/// Takes one CBOR item from the front.
fn item(rest: &mut &[u8]) -> Result<Value, Malformed> {
    ciborium::de::from_reader_with_recursion_limit(rest, MAX_DEPTH).map_err(|_| Malformed)
}

impl<'a> AuthenticatorData<'a> {
    pub(super) fn read(mut rest: &'a [u8]) -> Result<Self, Malformed> {
        let rest = &mut rest;
        let rp_id_hash = take(rest, 32)?;
        let [flags] = number(rest)?;
        let sign_count = u32::from_be_bytes(number(rest)?);
        let mut data = Self { rp_id_hash, flags, sign_count, attested: None };
        if data.has(0x40) {
            let _aaguid = take(rest, 16)?;
            let length = u16::from_be_bytes(number(rest)?);
            let credential_id = take(rest, usize::from(length))?;
            data.attested = Some(Attested { credential_id, public_key: item(rest)? });
        }
        // Extension outputs that nobody asked for are ignored (section 7.1, step 26).
        if data.has(0x80) && !item(rest)?.is_map() {
            return Err(Malformed);
        }
        if rest.is_empty() { Ok(data) } else { Err(Malformed) }
    }

    const fn has(&self, flag: u8) -> bool {
        self.flags & flag != 0
    }

    pub(super) const fn user_present(&self) -> bool {
        self.has(0x01)
    }

    pub(super) const fn user_verified(&self) -> bool {
        self.has(0x04)
    }

    pub(super) const fn backup_eligible(&self) -> bool {
        self.has(0x08)
    }

    pub(super) const fn backed_up(&self) -> bool {
        self.has(0x10)
    }
}

/// An attestation object.
pub(super) struct AttestationObject {
    pub(super) format: String,
    pub(super) statement: Vec<(Value, Value)>,
    pub(super) authenticator_data: Vec<u8>,
}

impl AttestationObject {
    pub(super) fn read(mut rest: &[u8]) -> Result<Self, Malformed> {
        let members = item(&mut rest)?.into_map().map_err(|_| Malformed)?;
        if !rest.is_empty() {
            return Err(Malformed);
        }
        let [mut format, mut statement, mut data] = [None, None, None];
        for (name, value) in members {
            let place = match name.as_text() {
                Some("fmt") => &mut format,
                Some("attStmt") => &mut statement,
                Some("authData") => &mut data,
                _ => continue,
            };
            if place.replace(value).is_some() {
                return Err(Malformed);
            }
        }
        let format = format.and_then(|value| value.into_text().ok());
        let statement = statement.and_then(|value| value.into_map().ok());
        let data = data.and_then(|value| value.into_bytes().ok());
        match (format, statement, data) {
            (Some(format), Some(statement), Some(authenticator_data)) => {
                Ok(Self { format, statement, authenticator_data })
            }
            _ => Err(Malformed),
        }
    }
}
