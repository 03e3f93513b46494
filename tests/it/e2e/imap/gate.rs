//! A way to a server that can be closed in the middle: what goes through is watched, and from a given word on nothing does.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

/// What happens when the word is seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Then {
    /// Nothing goes through any more, and both ends stay connected.
    Stall,
    /// Both ends are cut off.
    Cut,
}

#[derive(Default)]
struct Shared {
    watch: Mutex<Option<(Vec<u8>, Then)>>,
    seen: AtomicUsize,
    stalled: AtomicBool,
}

/// The gate.
#[derive(Clone)]
pub struct Gate {
    pub port: u16,
    shared: Arc<Shared>,
}

impl Gate {
    /// In front of a port. It serves until the test process ends.
    pub fn before(server: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared::default());
        let gate = Self {
            port,
            shared: Arc::clone(&shared),
        };
        thread::spawn(move || {
            for client in listener.incoming() {
                let (Ok(client), Ok(server)) = (client, TcpStream::connect(("127.0.0.1", server))) else {
                    continue;
                };
                for (from, to) in [(&client, &server), (&server, &client)] {
                    let (from, to, shared) = (from.try_clone().unwrap(), to.try_clone().unwrap(), Arc::clone(&shared));
                    thread::spawn(move || pass(from, to, &shared));
                }
            }
        });
        gate
    }

    /// From now on looks for this, in either direction.
    pub fn watch(&self, word: &str, then: Then) {
        self.shared.stalled.store(false, Ordering::SeqCst);
        *self.shared.watch.lock().unwrap() = Some((word.as_bytes().to_vec(), then));
    }

    /// Lets everything through again, for connections that come now.
    pub fn open(&self) {
        *self.shared.watch.lock().unwrap() = None;
        self.shared.stalled.store(false, Ordering::SeqCst);
    }

    /// How often it was seen.
    pub fn seen(&self) -> usize {
        self.shared.seen.load(Ordering::SeqCst)
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, shared: &Shared) {
    from.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
    let mut buffer = [0; 16 * 1024];
    let mut lost = false;
    loop {
        lost |= shared.stalled.load(Ordering::SeqCst);
        let read = match from.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut) => continue,
            Err(_) => break,
        };
        let part = &buffer[..read];
        let watch = shared.watch.lock().unwrap().clone();
        if let Some((word, then)) = watch
            && part.windows(word.len()).any(|window| window == word)
        {
            shared.seen.fetch_add(1, Ordering::SeqCst);
            match then {
                Then::Stall => shared.stalled.store(true, Ordering::SeqCst),
                Then::Cut => {
                    let _ = from.shutdown(Shutdown::Both);
                    break;
                }
            }
            lost |= then == Then::Stall;
        }
        // A connection that stalled once never goes on.
        if !lost && to.write_all(part).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
}
