// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A connection on which a test says what no HTTP client would. */
final class RawSocket implements AutoCloseable {
  private static final int TIMEOUT_MS = 20_000;

  final Socket socket;

  RawSocket(URI gateway) throws IOException {
    this(gateway, new Socket());
  }

  /** Connects with a receive buffer of about that size. */
  static RawSocket receiving(int byteCount, URI gateway) throws IOException {
    Socket socket = new Socket();
    socket.setReceiveBufferSize(byteCount);
    return new RawSocket(gateway, socket);
  }

  private RawSocket(URI gateway, Socket socket) throws IOException {
    this.socket = socket;
    socket.connect(new InetSocketAddress(gateway.getHost(), gateway.getPort()), TIMEOUT_MS);
    socket.setSoTimeout(TIMEOUT_MS);
    socket.setTcpNoDelay(true);
  }

  RawSocket write(String text) throws IOException {
    return write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  RawSocket write(byte[] bytes) throws IOException {
    try {
      socket.getOutputStream().write(bytes);
      socket.getOutputStream().flush();
    } catch (SocketException closed) {
      // What the other end said is still to be read.
    }
    return this;
  }

  /** Reads one line, without its end. */
  String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = socket.getInputStream().read();
        next >= 0 && next != '\n';
        next = socket.getInputStream().read()) {
      if (next != '\r') {
        line.append((char) next);
      }
    }
    return line.toString();
  }

  /** Reads until the other end closes; fails if it does not in time. */
  String readToEnd() throws IOException {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    byte[] buffer = new byte[4096];
    try {
      for (int n = socket.getInputStream().read(buffer);
          n >= 0;
          n = socket.getInputStream().read(buffer)) {
        read.write(buffer, 0, n);
      }
    } catch (SocketTimeoutException e) {
      throw new AssertionError("the connection stayed open after: " + read, e);
    } catch (SocketException reset) {
      // As good as closed.
    }
    return read.toString(StandardCharsets.ISO_8859_1);
  }

  /** Returns the status of the answer; 0 if the connection closed without one. */
  static int status(String answer) {
    return answer.startsWith("HTTP/1.1 ") ? Integer.parseInt(answer.substring(9, 12)) : 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
