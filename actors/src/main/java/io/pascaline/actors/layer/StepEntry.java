// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.actors.layer;

import io.pascaline.protocols.share.Share;
import java.util.function.Function;

/**
 * How a step gets its input from those of its layer. Immutable.
 *
 * @param portCount inputs of the layer
 * @param maker makes what the step reads of the layer's input shares; local
 */
record StepEntry(int portCount, Function<Share[], Share> maker) {}
