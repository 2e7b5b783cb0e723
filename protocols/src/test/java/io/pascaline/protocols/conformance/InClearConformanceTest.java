// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import org.junit.jupiter.api.Nested;

/** The references in the clear keep the same bounds as the protocols. */
class InClearConformanceTest {
  /** Evaluates the reference; no masks, so that the seed is that of the inputs alone. */
  abstract static class InClearLaws extends ResultLaws {
    @Override
    long[] run(ProtocolCase subject, long seed, long[] input) {
      return subject.inClear(input);
    }
  }

  @Nested
  class ClassicLinearStep extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.classicLinear();
    }
  }

  @Nested
  class HoneyBadgerQuartic extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.honeyBadger();
    }
  }

  @Nested
  class HoneyBadgerOctic extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.honeyBadgerOctic();
    }
  }

  @Nested
  class EspnQuartic extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.espn();
    }
  }

  @Nested
  class EspnOctic extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.espnOctic();
    }
  }

  @Nested
  class TreeQuartic extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.tree();
    }
  }

  @Nested
  class TreeOctic extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.treeOctic();
    }
  }

  @Nested
  class FusedLinearStep extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedLinear();
    }
  }

  @Nested
  class FusedPolynomial extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedPolynomial();
    }
  }

  @Nested
  class FusedTrigonometric extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedTrigonometric();
    }
  }

  @Nested
  class Relu extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.relu(2048);
    }
  }

  @Nested
  class MaxPool extends InClearLaws {
    @Override
    ProtocolCase subject() {
      return Cases.maxPool(1024);
    }
  }
}
