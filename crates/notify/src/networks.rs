//! Which addresses may be reached.
//!
//! A URL that somebody else chose must not lead into the operator's own network. So everything that is not
//! on the public internet is refused, unless its network was allowed. The tables follow the registries of
//! special-purpose addresses (<https://www.iana.org/assignments/iana-ipv4-special-registry>,
//! <https://www.iana.org/assignments/iana-ipv6-special-registry>).
//!
//! An IPv6 address that stands for an IPv4 one (mapped, NAT64, 6to4) is judged by the IPv4 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{IpNet, Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// What is not public in IPv4.
const REFUSED_V4: [Ipv4Net; 16] = [
    v4(0, 0, 0, 0, 8),        // this network
    v4(10, 0, 0, 0, 8),       // private
    v4(100, 64, 0, 0, 10),    // carrier-grade NAT
    v4(127, 0, 0, 0, 8),      // loopback
    v4(168, 63, 129, 16, 32), // a public address by which a machine in Azure reaches its host
    v4(169, 254, 0, 0, 16),   // link-local, and the metadata of cloud machines
    v4(172, 16, 0, 0, 12),    // private
    v4(192, 0, 0, 0, 24),     // protocol assignments
    v4(192, 0, 2, 0, 24),     // documentation
    v4(192, 88, 99, 0, 24),   // relays of 6to4, withdrawn
    v4(192, 168, 0, 0, 16),   // private
    v4(198, 18, 0, 0, 15),    // benchmarks
    v4(198, 51, 100, 0, 24),  // documentation
    v4(203, 0, 113, 0, 24),   // documentation
    v4(224, 0, 0, 0, 4),      // multicast
    v4(240, 0, 0, 0, 4),      // reserved, and broadcast
];

/// All that is public in IPv6 lies in here.
const PUBLIC_V6: Ipv6Net = v6(0x2000, 0, 0, 3);

/// What is not public in there.
const REFUSED_V6: [Ipv6Net; 4] = [
    v6(0x2001, 0, 0, 23),     // protocol assignments, and Teredo, which hides an IPv4 address
    v6(0x2001, 0xdb8, 0, 32), // documentation
    v6(0x3fff, 0, 0, 20),     // documentation
    v6(0x3ffe, 0, 0, 16),     // a test network, withdrawn
];

/// IPv4 behind a translator that everybody knows; the one for local use (64:ff9b:1::/48) is not public.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);
/// IPv4 in 6to4.
const SIX_TO_FOUR: Ipv6Net = v6(0x2002, 0, 0, 16);

/// The networks that may be reached.
///
/// ```
/// # use campana_notify::Networks;
/// let networks = Networks::public().allow("10.1.0.0/16".parse()?);
/// assert!(networks.permit("10.1.2.3".parse()?));
/// assert!(!networks.permit("10.2.2.3".parse()?));
/// assert!(!networks.permit("::ffff:192.168.0.1".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Networks {
    any: bool,
    allowed: Vec<IpNet>,
}

impl Networks {
    /// The public internet.
    pub const fn public() -> Self {
        Self { any: false, allowed: Vec::new() }
    }

    /// Every network: for somebody who sends to a URL of his own.
    pub const fn any() -> Self {
        Self { any: true, allowed: Vec::new() }
    }

    /// The same, and this network.
    #[must_use]
    pub fn allow(mut self, network: IpNet) -> Self {
        self.allowed.push(network);
        self
    }

    /// Whether this address may be reached.
    pub fn permit(&self, address: IpAddr) -> bool {
        let address = underlying(address);
        self.any || self.allowed.iter().any(|network| network.contains(&address)) || is_public(address)
    }
}

impl Default for Networks {
    fn default() -> Self {
        Self::public()
    }
}

/// The IPv4 address that an IPv6 one stands for, or the address itself.
fn underlying(address: IpAddr) -> IpAddr {
    let IpAddr::V6(six) = address else { return address };
    let [.., a, b, c, d] = six.octets();
    if six.to_ipv4_mapped().is_some() || NAT64.contains(&six) {
        return Ipv4Addr::new(a, b, c, d).into();
    }
    if SIX_TO_FOUR.contains(&six) {
        let [_, _, a, b, c, d, ..] = six.octets();
        return Ipv4Addr::new(a, b, c, d).into();
    }
    address
}

fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(four) => !REFUSED_V4.iter().any(|network| network.contains(&four)),
        IpAddr::V6(six) => {
            PUBLIC_V6.contains(&six) && !REFUSED_V6.iter().any(|network| network.contains(&six))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn permitted(networks: &Networks, addresses: &[&str]) -> Vec<bool> {
        addresses.iter().map(|address| networks.permit(address.parse().unwrap())).collect()
    }

    #[test]
    fn the_public_internet_is_permitted() {
        let public = [
            "1.1.1.1",
            "100.63.255.255",
            "100.128.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "223.255.255.255",
            "2606:4700:4700::1111",
            "::ffff:1.1.1.1",
            "64:ff9b::1.1.1.1",
            "2002:101:101::1",
        ];
        assert_eq!(permitted(&Networks::public(), &public), [true; 10]);
    }

    #[test]
    fn everything_else_is_refused() {
        let refused = [
            "0.0.0.0",
            "10.0.0.1",
            "100.64.0.1",
            "127.0.0.1",
            "127.255.255.254",
            "168.63.129.16",
            "169.254.169.254",
            "172.16.0.1",
            "172.31.255.255",
            "192.0.0.192",
            "192.168.1.1",
            "198.19.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::10.0.0.1",
            "::ffff:10.0.0.1",
            "::ffff:127.0.0.1",
            "64:ff9b::10.0.0.1",
            "64:ff9b:1::1.1.1.1",
            "2001::1",
            "2001:db8::1",
            "2002:a00:1::1",
            "2002:7f00:1::1",
            "3fff::1",
            "fc00::1",
            "fd00:ec2::254",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "4000::1",
        ];
        assert_eq!(permitted(&Networks::public(), &refused), [false; 32]);
        assert_eq!(permitted(&Networks::any(), &refused), [true; 32]);
    }

    #[test]
    fn an_allowed_network_is_permitted_in_every_form() {
        let networks = Networks::public().allow("127.0.0.0/8".parse().unwrap());
        let forms = ["127.0.0.1", "::ffff:127.0.0.1", "64:ff9b::127.0.0.1"];
        assert_eq!(permitted(&networks, &forms), [true; 3]);
        assert_eq!(permitted(&networks, &["10.0.0.1", "::1"]), [false; 2]);
    }
}
