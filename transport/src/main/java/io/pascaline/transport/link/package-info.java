/**
 * The port that actors see: links to peers, the messages that travel on them, and how they fail.
 *
 * <p>Nothing here names Aeron or SBE, so that a simulated network can implement the same port.
 * Listeners are called on one thread per node and must not block; {@link
 * io.pascaline.transport.link.Link#send} may be called from any thread.
 *
 * <p>Security model: links are neither authenticated nor encrypted by this package. A deployment
 * whose links leave the machine needs a {@link io.pascaline.transport.codec.FrameChannel} that is.
 */
package io.pascaline.transport.link;
