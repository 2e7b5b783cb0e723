// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import org.junit.jupiter.api.Nested;

/** The references in plaintext keep the same bounds as the protocols. */
class PlaintextConformanceTest {
  /** Evaluates the reference; no masks, so that the seed is that of the inputs alone. */
  abstract static class PlaintextLaws extends ResultLaws {
    @Override
    long[] run(ProtocolCase subject, long seed, long[] input) {
      return subject.plaintext(input);
    }
  }

  @Nested
  class ClassicLinearStep extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.classicLinear();
    }
  }

  @Nested
  class HoneyBadgerQuartic extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.honeyBadger();
    }
  }

  @Nested
  class HoneyBadgerOctic extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.honeyBadgerOctic();
    }
  }

  @Nested
  class EspnQuartic extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.espn();
    }
  }

  @Nested
  class EspnOctic extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.espnOctic();
    }
  }

  @Nested
  class TreeQuartic extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.tree();
    }
  }

  @Nested
  class TreeOctic extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.treeOctic();
    }
  }

  @Nested
  class FusedLinearStep extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedLinear();
    }
  }

  @Nested
  class FusedPolynomial extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedPolynomial();
    }
  }

  @Nested
  class FusedTrigonometric extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedTrigonometric();
    }
  }

  @Nested
  class Relu extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.relu(2048);
    }
  }

  @Nested
  class MaxPool extends PlaintextLaws {
    @Override
    ProtocolCase subject() {
      return Cases.maxPool(1024);
    }
  }
}
