// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.TLSProtocol.SendBytes;
import org.apache.pekko.stream.TLSProtocol.SessionBytes;
import org.apache.pekko.stream.TLSProtocol.SslTlsInbound;
import org.apache.pekko.stream.TLSProtocol.SslTlsOutbound;
import org.apache.pekko.stream.javadsl.BidiFlow;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.util.ByteString;

/**
 * Splits what passes between the HTTP layer and TLS into small pieces. Pekko's parser calls itself
 * once for each request of a piece, so that many small requests in one large piece would overflow
 * its stack and end the actor system. Pieces of a request show how long its head is, those of an
 * answer how far the remote has read it.
 */
final class PlaintextPieces {
  /** Room for about a hundred of the smallest requests: each takes a few frames of the stack. */
  static final int INBOUND_BYTES = 2048;

  /** As much as a TLS record holds. */
  private static final int OUTBOUND_BYTES = 16_384;

  private PlaintextPieces() {}

  /**
   * Returns the stage, to be put between HTTP layer and TLS.
   *
   * @param received told how long a piece is that has come in; where it returns false, the piece is
   *     dropped
   * @param sent runs for each piece of an answer that goes out; not for what TLS itself sends
   */
  static BidiFlow<SslTlsOutbound, SslTlsOutbound, SslTlsInbound, SslTlsInbound, NotUsed> of(
      IntPredicate received, Runnable sent) {
    return BidiFlow.fromFlows(
        Flow.of(SslTlsOutbound.class)
            .mapConcat(PlaintextPieces::outbound)
            .map(
                piece -> {
                  if (piece instanceof SendBytes) {
                    sent.run();
                  }
                  return piece;
                }),
        Flow.of(SslTlsInbound.class)
            .mapConcat(PlaintextPieces::inbound)
            .filter(
                piece ->
                    !(piece instanceof SessionBytes bytes)
                        || received.test(bytes.bytes().length())));
  }

  private static List<SslTlsOutbound> outbound(SslTlsOutbound whole) {
    List<SslTlsOutbound> pieces = new ArrayList<>();
    if (whole instanceof SendBytes send) {
      split(send.bytes(), OUTBOUND_BYTES).forEach(piece -> pieces.add(new SendBytes(piece)));
    } else {
      pieces.add(whole);
    }
    return pieces;
  }

  private static List<SslTlsInbound> inbound(SslTlsInbound whole) {
    List<SslTlsInbound> pieces = new ArrayList<>();
    if (whole instanceof SessionBytes received) {
      split(received.bytes(), INBOUND_BYTES)
          .forEach(piece -> pieces.add(new SessionBytes(received.session(), piece)));
    } else {
      pieces.add(whole);
    }
    return pieces;
  }

  private static List<ByteString> split(ByteString whole, int maxBytes) {
    List<ByteString> pieces = new ArrayList<>();
    for (int from = 0; from < whole.length(); from += maxBytes) {
      pieces.add(whole.slice(from, Math.min(whole.length(), from + maxBytes)));
    }
    return pieces;
  }
}
