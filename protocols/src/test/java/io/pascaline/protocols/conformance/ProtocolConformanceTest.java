// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.conformance;

import org.junit.jupiter.api.Nested;

/** Every protocol of every suite keeps the laws. */
class ProtocolConformanceTest {
  @Nested
  class FusedLinearStep extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedLinear();
    }
  }

  @Nested
  class OwnedLinearStep extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.ownedLinear();
    }
  }

  @Nested
  class FusedPolynomialToParty0 extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedPolynomialToParty0();
    }
  }

  @Nested
  class HarmonicsToParty0 extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.harmonicsToParty0();
    }
  }

  @Nested
  class ProductToParty0 extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedProductToParty0();
    }
  }

  @Nested
  class FusedPolynomial extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedPolynomial();
    }
  }

  @Nested
  class FusedTrigonometric extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedTrigonometric();
    }
  }

  @Nested
  class Harmonics extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.harmonics();
    }
  }

  @Nested
  class HarmonicsWithLine extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.harmonicsWithLine();
    }
  }

  @Nested
  class Product extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedProduct();
    }
  }

  @Nested
  class ChannelProduct extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.fusedChannelProduct();
    }
  }

  @Nested
  class ClassicLinearStep extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.classicLinear();
    }
  }

  @Nested
  class HoneyBadgerQuartic extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.honeyBadger();
    }
  }

  @Nested
  class HoneyBadgerOctic extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.honeyBadgerOctic();
    }
  }

  @Nested
  class EspnQuartic extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.espn();
    }
  }

  @Nested
  class EspnOctic extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.espnOctic();
    }
  }

  @Nested
  class TreeQuartic extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.tree();
    }
  }

  @Nested
  class TreeOctic extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.treeOctic();
    }
  }

  @Nested
  class Relu extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.relu(2048);
    }

    @Override
    ProtocolCase largeSubject() {
      return Cases.relu(1 << 16);
    }
  }

  @Nested
  class MaxPool extends ProtocolLaws {
    @Override
    ProtocolCase subject() {
      return Cases.maxPool(1024);
    }

    @Override
    ProtocolCase largeSubject() {
      return Cases.maxPool(1 << 16);
    }
  }
}
