//! A fixed number of broken mails and bodies, the same in every run: what the fuzz targets do for longer.

use crate::model::Envelope;

use super::{HookInput, hook, mail};

const SEEDS: [&str; 5] = [
    "From: Ana Ruiz <ana@ops.example>\r\nTo: \"Okafor, Ben\" <ben@ops.example>, Team: cat@supplier.example;\r\nSubject: =?utf-8?q?caf=C3=A9?=\r\n =?utf-8?b?IG5vaXI=?=\r\n\
     Date: Mon, 3 Aug 2026 09:00:00 +0200\r\nMessage-ID: <1@ops.example>\r\nReferences: <a@b> <c@d>\r\n\
     Content-Type: multipart/mixed; boundary=\"out\"\r\n\r\nhello\r\n--out\r\nContent-Type: multipart/alternative;\r\n boundary=\r\n \"in\"\r\n\r\n\
     --in\r\nContent-Type: text/plain; format=flowed; delsp=yes\r\n\r\n> a \r\n> b\r\n-- \r\nAna\r\n--in\r\nContent-Type: text/html; charset=iso-8859-1\r\n\
     Content-Transfer-Encoding: quoted-printable\r\n\r\n<div class=3D\"gmail_quote\"><p hidden>x</p>caf=E9&amp;<br></div>\r\n--in--\r\n--out\r\n\
     Content-Type: application/pdf; name*0*=utf-8''a%41;\r\n name*1=b\r\nContent-Transfer-Encoding: base64\r\n\r\naGVsbG8=\r\n--out--\r\n",
    "Return-Path: <>\nAuto-Submitted: auto-replied\nFrom: MAILER-DAEMON (x (y))\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n\
     --b\n\nx --b y\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n--b\nContent-Type: message/rfc822\n\nFrom: a@b\n\nx\n--b--",
    "{\"alerts\": [{\"labels\": {\"name\": \"disk\"}, \"value\": 1.5e3, \"text\": \"a\\u0000\\ud83d\\ude00\"}], \"n\": null, \"deep\": [[[[[]]]]]}",
    "payload=%7B%22a%22%3A1%7D&b=%ff+x&c",
    "\u{feff}Subject: \u{202e}x\rFrom: a@b.example\r\rtext\u{2028}more\0",
];

/// Numbers without an outside source (xorshift): the same ones in every run.
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit.max(1)).expect("a small number")).expect("a small number")
    }
}

const PIECES: [&[u8]; 16] = [
    b"\r\n",
    b"\n",
    b"\0",
    b"--",
    b"--out",
    b"--in--\r\n",
    b"=?utf-8?q?",
    b"?=",
    b"=\r\n",
    b"\"",
    b"<",
    b"(",
    b"\xff",
    b"boundary=",
    b"Content-Type: multipart/mixed; boundary=q\r\n\r\n--q\r\n",
    b";",
];

fn mutate(bytes: &mut Vec<u8>, numbers: &mut Numbers) {
    for _ in 0..=numbers.below(6) {
        let at = numbers.below(bytes.len() + 1);
        match numbers.below(6) {
            0 if at < bytes.len() => bytes[at] = numbers.below(256) as u8,
            1 if at < bytes.len() => bytes[at] ^= 1 << numbers.below(8),
            2 => bytes.truncate(at),
            3 => {
                let end = (at + numbers.below(40)).min(bytes.len());
                bytes.drain(at..end);
            }
            4 => {
                let end = (at + numbers.below(200)).min(bytes.len());
                let copy = bytes[at..end].to_vec();
                let to = numbers.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            _ => {
                let piece = PIECES[numbers.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
}

#[test]
fn broken_input_never_panics_and_never_leaves_a_control() {
    let mut numbers = Numbers(0x5DEE_CE66_D15E_A5ED);
    let mut read = 0;
    for round in 0..4_000 {
        let mut bytes = SEEDS[round % SEEDS.len()].as_bytes().to_vec();
        mutate(&mut bytes, &mut numbers);
        match mail(&bytes, Envelope::default()) {
            Ok((mail, _)) => {
                read += 1;
                let lines = mail
                    .headers
                    .iter()
                    .map(|(_, v)| v)
                    .chain([&mail.subject])
                    .chain(mail.from.iter().map(|m| &m.address));
                let names = mail.attachments.iter().filter_map(|a| a.name.as_ref());
                for line in lines.chain(names).chain(&mail.message_id).chain(&mail.references) {
                    assert!(
                        !line.chars().any(char::is_control),
                        "{line:?} of {:?}",
                        String::from_utf8_lossy(&bytes)
                    );
                }
                assert!(
                    !mail.text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'),
                    "{:?}",
                    mail.text
                );
            }
            Err(why) => assert_ne!(why.code, "parser-panic", "{:?}", String::from_utf8_lossy(&bytes)),
        }
        for content_type in [
            None,
            Some("application/json"),
            Some("application/x-www-form-urlencoded"),
            Some("text/plain"),
        ] {
            let input = HookInput {
                content_type,
                ..HookInput::default()
            };
            if let Err(why) = hook(&bytes, input) {
                assert_ne!(why.code, "parser-panic", "{:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }
    assert!(read > 1_500, "only {read} were mails: the seeds are broken");
}
