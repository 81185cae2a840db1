//! Bytes to characters, one at a time, however the line cuts them.
//!
//! Idea: a byte from 0x80 to 0x9F that begins a character is none of UTF-8: it is a control of eight bits, and is taken for
//! the character of that number. What is neither is dropped.

/// A character on its way.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Utf8 {
    bytes: [u8; 4],
    have: usize,
}

impl Utf8 {
    /// The character that this byte completes.
    pub(super) fn push(&mut self, byte: u8) -> Option<char> {
        if self.have > 0 && !(0x80..=0xbf).contains(&byte) {
            // The character broke off.
            self.have = 0;
        }
        if self.have == 0 {
            match byte {
                0..=0x9f => return Some(char::from(byte)),
                0xc2..=0xf4 => {}
                _ => return None,
            }
        }
        self.bytes[self.have] = byte;
        self.have += 1;
        let wanted = match self.bytes[0] {
            0xc2..=0xdf => 2,
            0xe0..=0xef => 3,
            _ => 4,
        };
        if self.have < wanted {
            return None;
        }
        let read = std::str::from_utf8(&self.bytes[..self.have]).ok().and_then(|text| text.chars().next());
        self.have = 0;
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn characters_are_whole_and_eight_bit_controls_are_read() {
        let read = |bytes: &[u8]| {
            let mut utf8 = Utf8::default();
            bytes.iter().filter_map(|byte| utf8.push(*byte)).collect::<String>()
        };
        assert_eq!(read("aжé漢👩".as_bytes()), "aжé漢👩");
        assert_eq!(read(b"\x90>|\x9c"), "\u{90}>|\u{9c}");
        assert_eq!(read(b"\xc4\x9c"), "\u{11c}", "its second byte is no control");
        assert_eq!(read(b"\xffa\xe6\xbcb\xc0\xafc"), "abc");
    }
}
