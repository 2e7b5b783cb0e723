// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.gateway.http;

import java.time.Duration;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.BidiShape;
import org.apache.pekko.stream.Inlet;
import org.apache.pekko.stream.Outlet;
import org.apache.pekko.stream.stage.AbstractInHandler;
import org.apache.pekko.stream.stage.AbstractOutHandler;
import org.apache.pekko.stream.stage.GraphStage;
import org.apache.pekko.stream.stage.GraphStageLogic;
import org.apache.pekko.stream.stage.TimerGraphStageLogic;
import org.apache.pekko.util.ByteString;

/**
 * Reads and discards what a remote sends after the last answer, until the remote closes its side or
 * a timeout expires. If the gateway closed the socket while data still arrives, the socket would be
 * reset, and a client that is still sending a refused request could lose the answer (RFC 9112,
 * section 9.6).
 */
final class HalfClose
    extends GraphStage<BidiShape<ByteString, ByteString, ByteString, ByteString>> {
  private final Inlet<ByteString> answers = Inlet.create("HalfClose.answers");
  private final Outlet<ByteString> toRemote = Outlet.create("HalfClose.toRemote");
  private final Inlet<ByteString> fromRemote = Inlet.create("HalfClose.fromRemote");
  private final Outlet<ByteString> requests = Outlet.create("HalfClose.requests");
  private final BidiShape<ByteString, ByteString, ByteString, ByteString> shape =
      new BidiShape<>(answers, toRemote, fromRemote, requests);
  private final Duration dropTime;

  /**
   * Makes the stage.
   *
   * @param dropTime how long to discard after the last answer was written; then both sides close
   */
  HalfClose(Duration dropTime) {
    this.dropTime = dropTime;
  }

  @Override
  public BidiShape<ByteString, ByteString, ByteString, ByteString> shape() {
    return shape;
  }

  @Override
  public GraphStageLogic createLogic(Attributes attributes) {
    return new Logic();
  }

  private final class Logic extends TimerGraphStageLogic {
    Logic() {
      super(shape);
      setHandler(answers, new Answers());
      setHandler(
          toRemote,
          new AbstractOutHandler() {
            @Override
            public void onPull() {
              if (isClosed(answers)) {
                endAnswers();
              } else {
                pull(answers);
              }
            }
          });
      setHandler(fromRemote, new FromRemote());
      setHandler(requests, new Requests());
    }

    /** Reads on, now that no more requests are wanted. */
    private void drop() {
      if (!isClosed(fromRemote) && !hasBeenPulled(fromRemote)) {
        pull(fromRemote);
      }
    }

    /** The system has all answers, or will: a demand for more says that the last one is written. */
    private void endAnswers() {
      complete(toRemote);
      if (!isClosed(fromRemote)) {
        scheduleOnce("end", dropTime);
      }
    }

    @Override
    public void onTimer(Object key) {
      // The system still delivers what it has.
      completeStage();
    }

    private final class Answers extends AbstractInHandler {
      @Override
      public void onPush() {
        push(toRemote, grab(answers));
      }

      @Override
      public void onUpstreamFinish() {
        complete(requests);
        drop();
        if (isAvailable(toRemote)) {
          endAnswers();
        }
      }

      /**
       * Ends the answers as if they were complete. TLS fails when its side is closed before the
       * remote's, and a reset of the socket could cost the client the answer.
       */
      @Override
      public void onUpstreamFailure(Throwable failure) {
        onUpstreamFinish();
      }
    }

    private final class FromRemote extends AbstractInHandler {
      @Override
      public void onPush() {
        ByteString bytes = grab(fromRemote);
        if (isClosed(requests)) {
          pull(fromRemote);
        } else {
          push(requests, bytes);
        }
      }

      @Override
      public void onUpstreamFinish() {
        complete(requests);
      }
    }

    private final class Requests extends AbstractOutHandler {
      @Override
      public void onPull() {
        pull(fromRemote);
      }

      @Override
      public void onDownstreamFinish(Throwable cause) {
        drop();
      }
    }
  }
}
