package io.pascaline.transport.aeron;

import io.pascaline.transport.link.LinkAddress;

/**
 * One node of the deployment on the wire: listens at one address, dials others, and polls all its
 * links on one thread. Thread-safe.
 */
public final class TransportNode implements AutoCloseable {
  private TransportNode() {}

  /**
   * Starts a node.
   *
   * @throws io.pascaline.transport.link.TransportException if the address is taken or cannot be
   *     bound, or the media driver does not answer
   * @throws IllegalArgumentException for a setting out of range
   */
  public static TransportNode launch(TransportContext context) {
    context.conclude();
    return new TransportNode();
  }

  /** Where the node can be dialled, an ephemeral port resolved. */
  public LinkAddress address() {
    throw new UnsupportedOperationException();
  }

  /**
   * Dials a peer, and dials it again whenever the link is lost, until this node closes. A second
   * call for the same address does nothing. Of two nodes one should dial: if both do, they get two
   * links.
   */
  public void connect(LinkAddress peer) {}

  /** Closes every link, telling the peers, and gives back what was mapped. Idempotent. */
  @Override
  public void close() {}
}
