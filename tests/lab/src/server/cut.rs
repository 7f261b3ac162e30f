//! Connections that can be reset from within a handler.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

/// Resets the connection that a request came on.
#[derive(Clone, Debug, Default)]
pub(super) struct Cutter(Arc<Mutex<Fate>>);

#[derive(Debug, Default)]
enum Fate {
    #[default]
    Quiet,
    Watched(Waker),
    Cut,
}

impl Cutter {
    /// Resets the connection.
    pub(super) fn cut(&self) {
        let mut fate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Fate::Watched(waker) = std::mem::replace(&mut *fate, Fate::Cut) {
            waker.wake();
        }
    }

    /// Fails if the connection has been cut; if not, wakes the task when it is.
    fn watch(&self, context: &Context<'_>) -> io::Result<()> {
        let mut fate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*fate, Fate::Cut) {
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        *fate = Fate::Watched(context.waker().clone());
        Ok(())
    }

    fn check(&self) -> io::Result<()> {
        let fate = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if matches!(*fate, Fate::Cut) { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

/// A listener whose connections can be cut.
#[derive(Debug)]
pub(super) struct CuttableListener(pub(super) TcpListener);

impl Listener for CuttableListener {
    type Io = CuttableStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (CuttableStream, SocketAddr) {
        let (stream, address) = Listener::accept(&mut self.0).await;
        // Frames are small, and somebody waits for each.
        let _ = stream.set_nodelay(true);
        (CuttableStream { stream, cutter: Cutter::default() }, address)
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }
}

impl Connected<IncomingStream<'_, CuttableListener>> for Cutter {
    fn connect_info(stream: IncomingStream<'_, CuttableListener>) -> Self {
        stream.io().cutter.clone()
    }
}

/// A connection that can be cut.
#[derive(Debug)]
pub(super) struct CuttableStream {
    stream: TcpStream,
    cutter: Cutter,
}

impl CuttableStream {
    /// Makes the end of the connection a reset instead of an orderly farewell.
    fn reset_if(&self, checked: io::Result<()>) -> io::Result<()> {
        if checked.is_err() {
            let _ = self.stream.set_zero_linger();
        }
        checked
    }
}

impl AsyncRead for CuttableStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.reset_if(self.cutter.watch(context))?;
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for CuttableStream {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.reset_if(self.cutter.check())?;
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
