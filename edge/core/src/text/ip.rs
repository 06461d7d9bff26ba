//! Client addresses, and the blocks that a key may be used from.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

/// Address shared by the requests of all other customers' Workers (Cloudflare's documentation of `CF-Connecting-IP`);
/// allowing it would allow anyone.
const SHARED_BY_WORKERS: IpAddr = IpAddr::V6(Ipv6Addr::new(0x2a06, 0x98c0, 0x3600, 0, 0, 0, 0, 0x103));

/// An IPv4 or IPv6 block in normal form: host bits cleared; IPv4-mapped addresses, and blocks of them of /96 and
/// longer, are IPv4. The families are separate: no IPv6 block contains an IPv4 address, however short its prefix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct IPBlock(IpNet);

/// True if the blocks together cover every address of this one; adjacent blocks count as their union.
pub fn cover(blocks: &[IPBlock], block: IPBlock) -> bool {
    let blocks: Vec<IpNet> = blocks.iter().map(|block| block.0).collect();
    IpNet::aggregate(&blocks).iter().any(|whole| whole.contains(&block.0))
}

/// Addresses that lie in both lists, where an empty list means any; `None` where there are none.
pub fn intersection(left: &[IPBlock], right: &[IPBlock]) -> Option<Vec<IPBlock>> {
    let (left, right) = match (left, right) {
        (all, []) | ([], all) => return Some(all.to_vec()),
        both => both,
    };
    let mut common = Vec::new();
    for (one, other) in left.iter().flat_map(|one| right.iter().map(move |other| (one.0, other.0))) {
        if one.contains(&other) {
            common.push(other);
        } else if other.contains(&one) {
            common.push(one);
        }
    }
    let common: Vec<IPBlock> = IpNet::aggregate(&common).into_iter().map(IPBlock).collect();
    (!common.is_empty()).then_some(common)
}

impl IPBlock {
    /// The block of a single address.
    pub fn of(address: IpAddr) -> Self {
        Self(address.to_canonical().into())
    }

    /// The block of an address with a prefix length, if the family allows that length.
    fn new(address: IpAddr, bits: u8) -> Option<Self> {
        let (address, bits) = match address {
            IpAddr::V6(v6) if bits >= 96 => match v6.to_ipv4_mapped() {
                Some(v4) => (IpAddr::V4(v4), bits - 96),
                None => (address, bits),
            },
            address => (address, bits),
        };
        Some(Self(IpNet::new(address, bits).ok()?.trunc()))
    }

    /// True if the block contains the address.
    pub fn contains(self, address: IpAddr) -> bool {
        self.0.contains(&address.to_canonical())
    }

    /// The /64 of an IPv6 address, or the IPv4 address itself: the unit treated as one subscriber.
    pub fn subscriber(address: IpAddr) -> Self {
        let address = address.to_canonical();
        Self::new(address, if address.is_ipv4() { 32 } else { 64 }).unwrap_or(Self(address.into()))
    }
}

impl fmt::Display for IPBlock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.prefix_len() == self.0.max_prefix_len() {
            write!(f, "{}", self.0.addr())
        } else {
            write!(f, "{}", self.0)
        }
    }
}

/// Reason why a text is not an allowed [`IPBlock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IPBlockError {
    /// Neither an address nor a CIDR block.
    Form,
    /// The block contains the address shared by all other customers' Workers.
    SharedByWorkers,
}

impl fmt::Display for IPBlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Form => f.write_str("must be an IPv4 or IPv6 address or a CIDR block, such as 203.0.113.0/24"),
            Self::SharedByWorkers => write!(
                f,
                "holds {SHARED_BY_WORKERS}, the address that the Workers of all other customers share, so it would \
                 allow anyone",
            ),
        }
    }
}

impl FromStr for IPBlock {
    type Err = IPBlockError;

    fn from_str(text: &str) -> Result<Self, IPBlockError> {
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| IPBlockError::Form)?;
        let bits = match prefix {
            None if address.is_ipv4() => 32,
            None => 128,
            Some(prefix) => {
                let plain =
                    prefix.bytes().all(|byte| byte.is_ascii_digit()) && (prefix == "0" || !prefix.starts_with('0'));
                prefix.parse().ok().filter(|_| plain).ok_or(IPBlockError::Form)?
            }
        };
        let block = Self::new(address, bits).ok_or(IPBlockError::Form)?;
        if block.contains(SHARED_BY_WORKERS) { Err(IPBlockError::SharedByWorkers) } else { Ok(block) }
    }
}

impl From<IPBlock> for String {
    fn from(value: IPBlock) -> Self {
        value.to_string()
    }
}

impl TryFrom<String> for IPBlock {
    type Error = IPBlockError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

/// A client's address from `CF-Connecting-IP`; `None` if the header is absent or unparsable.
pub fn client_address(header: Option<&str>) -> Option<IpAddr> {
    header?.trim().parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

/// The block that stands for a client, as text: its IPv4 address, or the /64 of its IPv6 address; empty without one.
pub fn subscriber(address: Option<IpAddr>) -> String {
    address.map(|address| IPBlock::subscriber(address).to_string()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use proptest::prelude::*;

    use super::*;

    fn block(text: &str) -> IPBlock {
        text.parse().unwrap()
    }

    #[test]
    fn blocks_are_answered_in_normal_form() {
        for (typed, normal) in [
            ("203.0.113.7", "203.0.113.7"),
            ("203.0.113.7/24", "203.0.113.0/24"),
            ("203.0.113.7/32", "203.0.113.7"),
            ("0.0.0.0/0", "0.0.0.0/0"),
            ("2001:DB8:0:0::1/32", "2001:db8::/32"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("::ffff:203.0.113.7/120", "203.0.113.0/24"),
            ("2001:db8::1/128", "2001:db8::1"),
        ] {
            assert_eq!(block(typed).to_string(), normal, "{typed}");
        }
    }

    #[test]
    fn unparsable_addresses_are_refused() {
        for bad in [
            "",
            "/",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "1.2.3.4/33",
            "1.2.3.4/-1",
            "1.2.3.4/+8",
            "1.2.3.4/08",
            "1.2.3.4/",
            "1.2.3.4/8/8",
            "::/129",
            "fe80::1%eth0",
            "localhost",
            " 1.2.3.4",
            "1.2.3.4 ",
            "[::1]",
        ] {
            assert_eq!(bad.parse::<IPBlock>(), Err(IPBlockError::Form), "{bad:?}");
        }
    }

    #[test]
    fn the_address_all_workers_share_is_refused_in_every_block_that_holds_it() {
        for bad in ["2a06:98c0:3600::103", "2a06:98c0:3600::/48", "2a06:98c0::/29", "::/0", "2000::/3"] {
            assert_eq!(bad.parse::<IPBlock>(), Err(IPBlockError::SharedByWorkers), "{bad}");
        }
        assert!("2a06:98c0:3600::104".parse::<IPBlock>().is_ok());
        assert!("0.0.0.0/0".parse::<IPBlock>().is_ok());
    }

    #[test]
    fn a_block_admits_its_addresses_and_no_others() {
        let four = block("203.0.113.0/25");
        assert!(four.contains("203.0.113.127".parse().unwrap()));
        assert!(four.contains("::ffff:203.0.113.1".parse().unwrap()));
        assert!(!four.contains("203.0.113.128".parse().unwrap()));
        assert!(!block("0.0.0.0/0").contains("2001:db8::1".parse().unwrap()));
        let whole = block("203.0.113.0/24");
        assert!(cover(&[whole], four) && !cover(&[four], whole) && cover(&[four, block("203.0.113.128/25")], whole));
        assert!(!cover(&[block("203.0.114.0/24"), block("203.0.113.0/24")], block("203.0.112.0/22")));
        assert_eq!(IPBlock::subscriber("2001:db8:1:2:3::4".parse().unwrap()).to_string(), "2001:db8:1:2::/64");
    }

    #[test]
    fn an_intersection_holds_the_addresses_of_both_lists_and_is_never_any_by_accident() {
        let list = |texts: &[&str]| texts.iter().map(|text| block(text)).collect::<Vec<_>>();
        let both = |left: &[&str], right: &[&str]| {
            let one = intersection(&list(left), &list(right));
            assert_eq!(one, intersection(&list(right), &list(left)));
            one.map(|blocks| blocks.iter().map(ToString::to_string).collect::<Vec<_>>())
        };
        assert_eq!(both(&[], &[]), Some(vec![]), "any and any is any");
        assert_eq!(both(&[], &["1.2.3.4"]), Some(vec!["1.2.3.4".into()]));
        assert_eq!(both(&["1.2.3.0/24"], &["1.2.3.4", "1.2.4.4"]), Some(vec!["1.2.3.4".into()]));
        assert_eq!(both(&["1.2.3.0/24", "2001:db8::/32"], &["1.2.0.0/16"]), Some(vec!["1.2.3.0/24".into()]));
        assert_eq!(both(&["1.2.3.0/24"], &["1.2.4.0/24"]), None);
        assert_eq!(both(&["0.0.0.0/0"], &["::/64"]), None);
    }

    #[test]
    fn no_ipv6_block_holds_an_ipv4_address() {
        let four = block("203.0.113.7");
        for six in ["::/64", "::/16", "::/3", "::fffe:0:0/95", "::/80"] {
            let six = block(six);
            assert!(
                !six.contains("203.0.113.7".parse().unwrap()) && !six.contains("::ffff:203.0.113.7".parse().unwrap())
            );
            assert!(!cover(&[six], four) && !cover(&[six], block("0.0.0.0/0")), "{six}");
        }
        assert!(block("::ffff:0:0/96") == block("0.0.0.0/0") && cover(&[block("::ffff:0:0/96")], four));
    }

    proptest! {
        #[test]
        fn normal_form_is_stable(bits in any::<u128>(), length in 0_u8..=128, four in any::<bool>()) {
            let address = if four {
                IpAddr::V4(Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap()))
            } else {
                IpAddr::V6(Ipv6Addr::from_bits(bits))
            };
            let length = if four { length % 33 } else { length };
            if let Ok(block) = format!("{address}/{length}").parse::<IPBlock>() {
                prop_assert_eq!(block.to_string().parse::<IPBlock>(), Ok(block));
                prop_assert!(block.contains(address));
            }
        }
    }
}
