// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PictureDecoderTest {
  private static final InputSize GREY = new InputSize(1, 6, 4);
  private static final InputSize COLOUR = new InputSize(3, 6, 4);
  private static final int PLANE = 24;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void shouldKeepTheSamplesOfGreyPictures(long seed) {
    BufferedImage image =
        PictureBytes.random(new SplittableRandom(seed), 4, 6, BufferedImage.TYPE_BYTE_GRAY);
    byte[] png = PictureBytes.encoded(image, "png");

    byte[] grey = new PictureDecoder(GREY, false).decode(png, "a.png");
    byte[] colour = new PictureDecoder(COLOUR, false).decode(png, "a.png");

    for (int i = 0; i < PLANE; i++) {
      int expected = image.getRaster().getSample(i % 4, i / 4, 0);
      assertEquals(expected, grey[i] & 0xff);
      for (int channel = 0; channel < 3; channel++) {
        assertEquals(expected, colour[channel * PLANE + i] & 0xff);
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {4, 5, 6})
  void shouldOrderColoursByChannelAndWeighThemForGrey(long seed) {
    BufferedImage image =
        PictureBytes.random(new SplittableRandom(seed), 4, 6, BufferedImage.TYPE_INT_RGB);
    byte[] png = PictureBytes.encoded(image, "png");

    byte[] colour = new PictureDecoder(COLOUR, false).decode(png, "a.png");
    byte[] grey = new PictureDecoder(GREY, false).decode(png, "a.png");

    for (int i = 0; i < PLANE; i++) {
      double luma = 0;
      double[] weights = {0.299, 0.587, 0.114};
      for (int channel = 0; channel < 3; channel++) {
        int expected = image.getRaster().getSample(i % 4, i / 4, channel);
        assertEquals(expected, colour[channel * PLANE + i] & 0xff);
        luma += weights[channel] * expected;
      }
      // Rounding to the nearest sample, and the weights' own rounding to 16 bits.
      assertEquals(luma, grey[i] & 0xff, 0.5 + 3 * 255 / 65_536.0);
    }
  }

  @Test
  void shouldDropTransparency() {
    BufferedImage image = new BufferedImage(4, 6, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(1, 0, 0x00c86432);

    byte[] colour =
        new PictureDecoder(COLOUR, false).decode(PictureBytes.encoded(image, "png"), "a.png");

    assertEquals(200, colour[1] & 0xff);
    assertEquals(100, colour[PLANE + 1] & 0xff);
    assertEquals(50, colour[2 * PLANE + 1] & 0xff);
  }

  @Test
  void shouldKeepTheUpperBitsOfDeepGreyPictures() {
    BufferedImage image = new BufferedImage(4, 6, BufferedImage.TYPE_USHORT_GRAY);
    image.getRaster().setSample(2, 3, 0, 0xab12);

    byte[] grey =
        new PictureDecoder(GREY, false).decode(PictureBytes.encoded(image, "png"), "deep.png");

    assertEquals(0xab, grey[3 * 4 + 2] & 0xff);
  }

  @Test
  void shouldReadPalettesAndJpeg() {
    BufferedImage blackAndWhite = new BufferedImage(4, 6, BufferedImage.TYPE_BYTE_BINARY);
    blackAndWhite.setRGB(3, 5, 0xffffff);

    byte[] samples =
        new PictureDecoder(GREY, false).decode(PictureBytes.encoded(blackAndWhite, "png"), "p.png");
    byte[] flat =
        new PictureDecoder(GREY, false)
            .decode(
                PictureBytes.encoded(new BufferedImage(4, 6, BufferedImage.TYPE_INT_RGB), "jpeg"),
                "j.jpg");

    assertEquals(255, samples[23] & 0xff);
    assertEquals(0, samples[22]);
    assertTrue(Arrays.equals(new byte[PLANE], flat));
  }

  @Test
  void shouldNameBothSizesWhenTheyDiffer() {
    DataFault fault =
        assertThrows(
            DataFault.class,
            () -> new PictureDecoder(GREY, false).decode(PictureBytes.png(10, 12), "wide.png"));

    assertTrue(fault.getMessage().startsWith("wide.png is 10x12"), fault.getMessage());
    assertTrue(
        fault.getMessage().contains("4x6 grey") && fault.getMessage().contains("--resize"),
        fault.getMessage());
  }

  @Test
  void shouldScaleOnlyWhenAsked() {
    byte[] samples = new PictureDecoder(COLOUR, true).decode(PictureBytes.png(10, 12), "wide.png");

    assertEquals(COLOUR.sampleCount(), samples.length);
  }

  @Test
  void shouldRefuseAPictureThatClaimsToBeGiantBeforeDecodingIt() {
    byte[] png = PictureBytes.png(4, 6);
    ByteBuffer header = ByteBuffer.wrap(png);
    header.putInt(16, 60_000).putInt(20, 60_000);
    CRC32 crc = new CRC32();
    crc.update(png, 12, 17);
    header.putInt(29, (int) crc.getValue());

    DataFault fault =
        assertThrows(DataFault.class, () -> new PictureDecoder(GREY, true).decode(png, "bomb.png"));

    assertTrue(fault.getMessage().contains("60000x60000"), fault.getMessage());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {11, 12, 13, 14})
  void shouldEndInOneLineWhateverTheBytes(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    PictureDecoder decoder = new PictureDecoder(GREY, false);
    for (String format : new String[] {"png", "jpeg"}) {
      BufferedImage image = PictureBytes.random(random, 4, 6, BufferedImage.TYPE_INT_RGB);
      byte[] whole = PictureBytes.encoded(image, format);
      int faults = 0;
      for (int trial = 0; trial < 300; trial++) {
        byte[] damaged = Arrays.copyOf(whole, 1 + random.nextInt(whole.length));
        damaged[random.nextInt(damaged.length)] ^= (byte) (1 + random.nextInt(255));
        try {
          assertEquals(PLANE, decoder.decode(damaged, "x").length);
        } catch (DataFault fault) {
          faults++;
          assertTrue(
              fault.getMessage().startsWith("x ") && !fault.getMessage().contains("\n"),
              fault.getMessage());
        }
      }
      assertTrue(faults > 0, format);
    }
  }
}
