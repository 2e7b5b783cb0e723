// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.step;

import io.pascaline.protocols.linear.WorkSplitter;
import io.pascaline.protocols.share.MaskedWords;
import io.pascaline.protocols.share.Share;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One party's run of one step for all images of a session, in lockstep: one masked tensor per round
 * carries the words of every image, one image after the other. {@link #start} once, {@link
 * #receive} once per round, then {@link #results}. For one thread at a time.
 *
 * <p>Each image has a correlation and a {@link StepExecution} of its own, which computes what it
 * would compute alone; images share rounds and nothing else. What goes wrong ends the run for all
 * of them, since none can take a next round without the others.
 */
public final class BatchExecution {
  private final PartyStep step;
  private final List<StepExecution> images;
  private int round;

  private BatchExecution(PartyStep step, List<StepExecution> images) {
    this.step = step;
    this.images = images;
  }

  /**
   * Uses up a correlation for each image.
   *
   * @param correlations prepared by the step, in the order of the images, at least one
   * @param inputs this party's shares, as for {@link PartyStep#open}, as many
   * @throws IllegalStateException if a correlation, or another one of its session, was used; those
   *     before it are then used, too, and nothing of them has left this party
   * @throws IllegalArgumentException if there is not one correlation for each image, or one is not
   *     of the step or an input does not fit it
   */
  public static BatchExecution open(
      PartyStep step, List<Correlation> correlations, List<? extends Share> inputs) {
    if (inputs.isEmpty() || correlations.size() != inputs.size()) {
      throw new IllegalArgumentException(
          "correlations must be one for each image, at least one: "
              + correlations.size()
              + " for "
              + inputs.size());
    }
    List<StepExecution> images = new ArrayList<>(inputs.size());
    for (int image = 0; image < inputs.size(); image++) {
      images.add(step.open(correlations.get(image), inputs.get(image)));
    }
    return new BatchExecution(step, images);
  }

  /** Returns the first masked tensor for the peer, as {@link StepExecution#start} does. */
  public MaskedWords start() {
    MaskedWords[] masked = new MaskedWords[images.size()];
    for (int image = 0; image < masked.length; image++) {
      masked[image] = images.get(image).start();
    }
    return joined(masked);
  }

  /**
   * Takes in the peer's masked tensor of the current round, which is read and not kept.
   *
   * @return the next round's masked tensor for the peer, which the caller owns; empty when done
   * @throws ProtocolAbortException if the peer's tensor has the wrong length; the run is then over
   */
  public Optional<MaskedWords> receive(MaskedWords fromPeer, WorkSplitter splitter) {
    if (images.size() == 1) {
      return images.get(0).receive(fromPeer, splitter);
    }
    int[] words = fromPeer.words();
    int length = step.receivedWordCount(round);
    if (words.length != (long) length * images.size()) {
      throw new ProtocolAbortException(
          "masked tensor of the peer for " + images.size() + " images",
          step.layer(),
          round,
          length * images.size(),
          words.length);
    }
    MaskedWords[] next = new MaskedWords[images.size()];
    boolean oneForEachThread = images.size() >= splitter.width();
    WorkSplitter within = oneForEachThread ? WorkSplitter.sequential() : splitter;
    (oneForEachThread ? splitter : WorkSplitter.sequential())
        .run(
            images.size(),
            image -> {
              int[] own = step.take(length);
              System.arraycopy(words, image * length, own, 0, length);
              next[image] = images.get(image).receive(MaskedWords.of(own), within).orElse(null);
              step.release(own);
            });
    round++;
    // The number of rounds is public and the same for all.
    return next[0] == null ? Optional.empty() : Optional.of(joined(next));
  }

  /** Returns this party's shares of the step's outputs, by image, which the caller owns. */
  public List<Share> results() {
    List<Share> results = new ArrayList<>(images.size());
    for (StepExecution image : images) {
      results.add(image.result());
    }
    return results;
  }

  /** Returns this party's new shares of the step's inputs, by image; empty if there are none. */
  public List<Share> reshared() {
    List<Share> reshared = new ArrayList<>(images.size());
    for (StepExecution image : images) {
      Share share = image.reshared();
      if (share != null) {
        reshared.add(share);
      }
    }
    return reshared;
  }

  private MaskedWords joined(MaskedWords[] tensors) {
    if (tensors.length == 1) {
      return tensors[0];
    }
    int length = tensors[0].words().length;
    int[] words = step.take(tensors.length * length);
    for (int image = 0; image < tensors.length; image++) {
      System.arraycopy(tensors[image].words(), 0, words, image * length, length);
      step.release(tensors[image].words());
    }
    return MaskedWords.of(words);
  }

  @Override
  public String toString() {
    return "BatchExecution[layer=" + step.layer() + ", images=" + images.size() + "]";
  }
}
