// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.cluster;

import io.pascaline.actors.cell.CellLoad;
import io.pascaline.actors.party.PartyReadiness;
import io.pascaline.transport.link.AbortReason;
import io.pascaline.transport.link.LinkMessage;
import io.pascaline.transport.link.LinkMessage.RequestAbort;
import io.pascaline.transport.link.RequestId;
import java.io.NotSerializableException;
import java.net.URI;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.actor.typed.ActorRefResolver;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.SerializerWithStringManifest;

/**
 * Writes what cell nodes and gateway nodes tell each other: little-endian numbers, texts in UTF-8
 * after their length, words as they are. Another form gets another manifest, so that nodes of two
 * releases can be in one cluster. What cannot be read is refused whole. Thread-safe.
 */
public final class CellSerializer extends SerializerWithStringManifest {
  private static final int IDENTIFIER = 7_203_337;
  private static final String SUBSCRIBE = "subscribe-1";
  private static final String FROM_CLIENT = "from-client-1";
  private static final String CLIENT_GONE = "client-gone-1";
  private static final String REPORT = "report-1";
  private static final String REPORT_WITH_GATEWAY = "report-2";
  private static final String TO_CLIENT = "to-client-1";
  private static final byte SHARE = 1;
  private static final byte ABORT = 2;
  private static final int PEER = 1;
  private static final int DEALER = 2;
  private static final int CORRELATIONS = 4;

  private final ActorRefResolver refs;

  /**
   * For Pekko, which names the class in its configuration.
   *
   * @param system whose actors messages name
   */
  public CellSerializer(ExtendedActorSystem system) {
    refs = ActorRefResolver.get(Adapter.toTyped(system));
  }

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    if (message instanceof CellMessage.Subscribe) {
      return SUBSCRIBE;
    } else if (message instanceof CellMessage.FromClient) {
      return FROM_CLIENT;
    } else if (message instanceof CellMessage.ClientGone) {
      return CLIENT_GONE;
    } else if (message instanceof GatewayMessage.Report report) {
      // Gateways of the release before know the first alone.
      return report.gateway().isPresent() ? REPORT_WITH_GATEWAY : REPORT;
    } else if (message instanceof GatewayMessage.ToClient) {
      return TO_CLIENT;
    }
    throw new IllegalArgumentException("message must be one of a cell: " + message.getClass());
  }

  @Override
  public byte[] toBinary(Object message) {
    Writer writer = new Writer();
    if (message instanceof CellMessage.Subscribe subscribe) {
      writer.text(refs.toSerializationFormat(subscribe.gateway()));
    } else if (message instanceof CellMessage.FromClient from) {
      writer.text(refs.toSerializationFormat(from.gateway())).text(from.client());
      write(writer, from.message());
    } else if (message instanceof CellMessage.ClientGone gone) {
      writer.text(refs.toSerializationFormat(gone.gateway())).text(gone.client());
    } else if (message instanceof GatewayMessage.Report report) {
      CellLoad load = report.load();
      PartyReadiness ready = report.readiness();
      writer.text(refs.toSerializationFormat(report.cell())).text(load.cell());
      writer.number(load.isServing() ? 1 : 0).number(load.requests()).number(load.waiting());
      writer.number(load.correlationsReady());
      writer.number(
          (ready.peerConnected() ? PEER : 0)
              + (ready.dealerConnected() ? DEALER : 0)
              + (ready.correlationsAvailable() ? CORRELATIONS : 0));
      report.gateway().ifPresent(gateway -> writer.text(gateway.toString()));
    } else if (message instanceof GatewayMessage.ToClient to) {
      writer.text(refs.toSerializationFormat(to.cell()));
      write(writer, to.message());
    } else {
      throw new IllegalArgumentException("message must be one of a cell: " + message.getClass());
    }
    return writer.bytes();
  }

  private static void write(Writer writer, LinkMessage message) {
    if (message instanceof LinkMessage.InputShare input) {
      writer.kind(SHARE).request(input.request()).number(input.timeoutMs()).words(input.words());
    } else if (message instanceof LinkMessage.OutputShare output) {
      writer.kind(SHARE).request(output.request()).number(0).words(output.words());
    } else if (message instanceof RequestAbort abort) {
      writer.kind(ABORT).request(abort.request()).number(abort.retryAfterMs());
      writer.text(abort.reason().name()).text(abort.detail());
    } else {
      // Not written, it would be read as another message, or fail at the other node.
      throw new IllegalArgumentException(
          "message must be a share or the end of a request: " + message.kind());
    }
  }

  @Override
  public Object fromBinary(byte[] bytes, String manifest) throws NotSerializableException {
    ByteBuffer in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    Object message;
    try {
      message = read(in, manifest);
    } catch (BufferUnderflowException | IllegalArgumentException | ArithmeticException e) {
      throw refused(manifest);
    }
    if (in.hasRemaining()) {
      throw refused(manifest);
    }
    return message;
  }

  /** Says nothing of the content, which may be a share. */
  private static NotSerializableException refused(String manifest) {
    return new NotSerializableException("a message of a cell cannot be read: " + manifest);
  }

  private Object read(ByteBuffer in, String manifest) throws NotSerializableException {
    return switch (manifest) {
      case SUBSCRIBE -> new CellMessage.Subscribe(refs.resolveActorRef(text(in)));
      case FROM_CLIENT ->
          new CellMessage.FromClient(
              refs.resolveActorRef(text(in)), text(in), linkMessage(in, true));
      case CLIENT_GONE -> new CellMessage.ClientGone(refs.resolveActorRef(text(in)), text(in));
      case REPORT ->
          new GatewayMessage.Report(
              refs.resolveActorRef(text(in)), load(in), readiness(in), Optional.empty());
      case REPORT_WITH_GATEWAY ->
          new GatewayMessage.Report(
              refs.resolveActorRef(text(in)),
              load(in),
              readiness(in),
              Optional.of(URI.create(text(in))));
      case TO_CLIENT ->
          new GatewayMessage.ToClient(refs.resolveActorRef(text(in)), linkMessage(in, false));
      default -> throw refused(manifest);
    };
  }

  private static CellLoad load(ByteBuffer in) {
    String cell = text(in);
    boolean isServing = in.getLong() == 1;
    return new CellLoad(
        cell,
        isServing,
        Math.toIntExact(in.getLong()),
        Math.toIntExact(in.getLong()),
        in.getLong());
  }

  private static PartyReadiness readiness(ByteBuffer in) {
    long flags = in.getLong();
    return new PartyReadiness(
        (flags & PEER) != 0, (flags & DEALER) != 0, (flags & CORRELATIONS) != 0);
  }

  private static LinkMessage linkMessage(ByteBuffer in, boolean isInput) {
    byte kind = in.get();
    RequestId request = new RequestId(in.getLong(), in.getLong());
    long timeMs = in.getLong();
    if (kind == SHARE) {
      int[] words = words(in);
      return isInput
          ? new LinkMessage.InputShare(request, timeMs, words)
          : new LinkMessage.OutputShare(request, words);
    } else if (kind == ABORT) {
      return RequestAbort.ofRequest(request, AbortReason.valueOf(text(in)), text(in), timeMs);
    }
    throw new IllegalArgumentException("kind must be a share or an end: " + kind);
  }

  private static String text(ByteBuffer in) {
    byte[] bytes = new byte[length(in, 1)];
    in.get(bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static int[] words(ByteBuffer in) {
    int[] words = new int[length(in, Integer.BYTES)];
    in.asIntBuffer().get(words);
    in.position(in.position() + Integer.BYTES * words.length);
    return words;
  }

  /** Reads a length; one that the rest cannot have must not become an array. */
  private static int length(ByteBuffer in, int bytesOfOne) {
    int length = in.getInt();
    if (length < 0 || length > in.remaining() / bytesOfOne) {
      throw new IllegalArgumentException("length must fit into what is there: " + length);
    }
    return length;
  }

  /** Collects parts, then copies them once. */
  private static final class Writer {
    private final List<byte[]> parts = new ArrayList<>();

    private Writer kind(byte kind) {
      parts.add(new byte[] {kind});
      return this;
    }

    private Writer number(long value) {
      parts.add(buffer(Long.BYTES).putLong(value).array());
      return this;
    }

    private Writer request(RequestId request) {
      return number(request.high()).number(request.low());
    }

    private Writer text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      parts.add(buffer(Integer.BYTES).putInt(bytes.length).array());
      parts.add(bytes);
      return this;
    }

    private Writer words(int[] words) {
      ByteBuffer bytes = buffer(Integer.BYTES + Integer.BYTES * words.length);
      bytes.putInt(words.length).asIntBuffer().put(words);
      parts.add(bytes.array());
      return this;
    }

    private static ByteBuffer buffer(int length) {
      return ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
    }

    private byte[] bytes() {
      byte[] whole = new byte[parts.stream().mapToInt(part -> part.length).sum()];
      int at = 0;
      for (byte[] part : parts) {
        System.arraycopy(part, 0, whole, at, part.length);
        at += part.length;
      }
      return whole;
    }
  }
}
