//! What is attached comes out as it went in, by its place.

use super::attached_bytes;
use crate::decode::mail;
use crate::model::Envelope;

const MAIL: &str = "From: ana@ops.example\r\nSubject: Two files\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n\
--b\r\nContent-Type: text/plain\r\n\r\nreply: here they are\r\n\
--b\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment; filename=\"../a.bin\"\r\nContent-Transfer-Encoding: base64\r\n\r\n\
AAECAwQ=\r\n\
--b\r\nContent-Type: text/csv\r\nContent-Disposition: attachment; filename=t.csv\r\n\r\na,b\r\n1,2\r\n--b--\r\n";

#[test]
fn each_file_comes_out_as_it_went_in() {
    let (read, _) = mail(MAIL.as_bytes(), Envelope::default()).expect("a mail");
    let names: Vec<_> = read.attachments.iter().filter_map(|file| file.name.as_deref()).collect();
    assert_eq!(names.len(), 2);
    assert!(!names.concat().contains('/'), "{names:?}");
    assert_eq!(attached_bytes(MAIL.as_bytes(), 0, 1_000).as_deref(), Some(&[0, 1, 2, 3, 4][..]));
    let table = attached_bytes(MAIL.as_bytes(), 1, 1_000).expect("the table");
    assert!(table.starts_with(b"a,b\r\n1,2"), "{table:?}");
    for (place, file) in read.attachments.iter().enumerate() {
        let bytes = attached_bytes(MAIL.as_bytes(), place, 1_000).expect("a file");
        assert_eq!(bytes.len() as u64, file.size_bytes);
    }
}

#[test]
fn what_is_not_there_or_too_large_does_not_come_out() {
    assert_eq!(attached_bytes(MAIL.as_bytes(), 2, 1_000), None);
    assert_eq!(attached_bytes(MAIL.as_bytes(), 0, 4), None);
    assert_eq!(attached_bytes(b"", 0, 1_000), None);
}
