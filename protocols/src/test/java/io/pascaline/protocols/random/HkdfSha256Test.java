// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.protocols.random;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Known answers of RFC 5869, appendix A. */
class HkdfSha256Test {
  private static final HexFormat HEX = HexFormat.of();

  @ParameterizedTest(name = "test case {0}")
  @CsvSource({
    "1, 0b:22, 00:13, f0:10, 42,"
        + " 077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5,"
        + " 3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    "2, 00:80, 60:80, b0:80, 82,"
        + " 06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244,"
        + " b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
        + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        + "cc30c58179ec3e87c14c01d5c1f3434f1d87",
    "3, 0b:22, 00:0, 00:0, 42,"
        + " 19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04,"
        + " 8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
  })
  void shouldGiveTheKnownAnswer(
      int number, String key, String salt, String info, int length, String prk, String output) {
    byte[] inputKey = number == 2 ? counting(key) : repeated(key);

    byte[] pseudoRandomKey = HkdfSha256.extract(counting(salt), inputKey);
    byte[] outputKey = HkdfSha256.expand(pseudoRandomKey, counting(info), length);

    assertEquals(prk, HEX.formatHex(pseudoRandomKey));
    assertEquals(output, HEX.formatHex(outputKey));
  }

  @Test
  void shouldRefuseMoreThanTheCounterCanNumber() {
    assertEquals(8160, HkdfSha256.expand(new byte[32], new byte[0], 8160).length);
    assertThrows(
        IllegalArgumentException.class, () -> HkdfSha256.expand(new byte[32], new byte[0], 8161));
  }

  /** "60:80" is the 80 bytes 60, 61, 62 and so on. */
  private static byte[] counting(String startAndLength) {
    byte[] bytes = repeated(startAndLength);
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] += (byte) i;
    }
    return bytes;
  }

  private static byte[] repeated(String valueAndLength) {
    String[] parts = valueAndLength.split(":");
    byte[] bytes = new byte[Integer.parseInt(parts[1])];
    Arrays.fill(bytes, (byte) Integer.parseInt(parts[0], 16));
    return bytes;
  }
}
