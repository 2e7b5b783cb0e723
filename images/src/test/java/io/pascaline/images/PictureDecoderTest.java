// SPDX-License-Identifier: Apache-2.0
// Copyright The Pascaline authors
package io.pascaline.images;

import static java.nio.ByteOrder.LITTLE_ENDIAN;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Transparency;
import java.awt.color.ColorSpace;
import java.awt.color.ICC_Profile;
import java.awt.image.BufferedImage;
import java.awt.image.ColorModel;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
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

  /** The reference is a picture by the EXIF standard: which sides its first row and column are. */
  @ParameterizedTest(name = "orientation {0}")
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void shouldTurnPicturesUpright(int orientation) {
    boolean swapped = orientation >= 5;
    boolean bottom = List.of(3, 4, 7, 8).contains(orientation);
    boolean right = List.of(2, 3, 6, 7).contains(orientation);
    int width = swapped ? 6 : 4;
    BufferedImage stored = new BufferedImage(width, PLANE / width, BufferedImage.TYPE_BYTE_GRAY);
    for (int i = 0; i < PLANE; i++) {
      int row = i / width;
      int column = i % width;
      int x = swapped ? row : column;
      int y = swapped ? column : row;
      int sample = 10 * ((bottom ? 5 - y : y) * 4 + (right ? 3 - x : x));
      stored.getRaster().setSample(column, row, 0, sample);
    }
    byte[] exif = PictureBytes.exif(orientation);
    byte[] png = PictureBytes.withChunk(PictureBytes.encoded(stored, "png"), "eXIf", exif);
    byte[] marked = ByteBuffer.allocate(32).put("Exif\0\0".getBytes(US_ASCII)).put(exif).array();
    byte[] jpeg =
        PictureBytes.withSegment(PictureBytes.jpeg(stored.getRaster(), false), 0xe1, marked);

    byte[] ofPng = new PictureDecoder(GREY, false).decode(png, "a.png");
    byte[] ofJpeg = new PictureDecoder(GREY, false).decode(jpeg, "a.jpg");

    for (int i = 0; i < PLANE; i++) {
      assertEquals(10 * i, ofPng[i] & 0xff);
      // The best quality quantises coefficients to integers: half a unit each, 64 of them.
      assertEquals(10 * i, ofJpeg[i] & 0xff, 4);
    }
  }

  @Test
  void shouldTakeTheSamplesOfJpegWhateverTheProfile() {
    BufferedImage image =
        PictureBytes.random(new SplittableRandom(8), 4, 6, BufferedImage.TYPE_INT_RGB);
    byte[] plain = PictureBytes.encoded(image, "jpeg");
    byte[] profile = ICC_Profile.getInstance(ColorSpace.CS_LINEAR_RGB).getData();
    byte[] marker = "ICC_PROFILE\0\1\1".getBytes(US_ASCII);
    byte[] content = ByteBuffer.allocate(14 + profile.length).put(marker).put(profile).array();
    byte[] damaged = content.clone();
    damaged[12] = 2; // Part 2 of 1.

    byte[] expected = new PictureDecoder(COLOUR, false).decode(plain, "a.jpg");

    for (byte[] icc : new byte[][] {content, damaged}) {
      byte[] file = PictureBytes.withSegment(plain, 0xe2, icc);
      assertArrayEquals(expected, new PictureDecoder(COLOUR, false).decode(file, "a.jpg"));
    }
    // The formula of JFIF, as ImageIO applies it where there is no profile.
    BufferedImage own = decodedByImageIo(plain);
    for (int i = 0; i < PLANE; i++) {
      for (int channel = 0; channel < 3; channel++) {
        int sample = own.getRGB(i % 4, i / 4) >> 16 - 8 * channel & 0xff;
        assertEquals(sample, expected[channel * PLANE + i] & 0xff);
      }
    }
  }

  private static BufferedImage decodedByImageIo(byte[] file) {
    try {
      return ImageIO.read(new ByteArrayInputStream(file));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest(name = "transform {0}")
  @ValueSource(ints = {0, 2})
  void shouldMakeRgbOfInks(int transform) {
    WritableRaster inks = Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 4, 6, 4, null);
    // Adobe's inks count from 255 down; YCCK codes red, green, blue as luma and chroma.
    int[] lights = transform == 0 ? new int[] {200, 120, 60, 230} : new int[] {100, 128, 128, 230};
    for (int band = 0; band < 4; band++) {
      for (int i = 0; i < PLANE; i++) {
        inks.setSample(i % 4, i / 4, band, lights[band]);
      }
    }
    byte[] file =
        PictureBytes.withSegment(
            PictureBytes.jpeg(inks, false), 0xee, PictureBytes.adobe(transform));

    byte[] colour = new PictureDecoder(COLOUR, false).decode(file, "a.jpg");

    for (int channel = 0; channel < 3; channel++) {
      double light = transform == 0 ? lights[channel] : 255 - lights[0];
      // A flat block has one coefficient, in steps of an eighth of a sample; two roundings follow.
      assertEquals(light * lights[3] / 255, colour[channel * PLANE] & 0xff, 2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"png", "bmp", "gif", "tif", "jpeg", "progressive"})
  void shouldRefusePicturesCutShort(String format) {
    BufferedImage image =
        PictureBytes.random(new SplittableRandom(9), 40, 30, BufferedImage.TYPE_INT_RGB);
    boolean progressive = format.equals("progressive");
    byte[] whole =
        progressive
            ? PictureBytes.jpeg(image.getRaster(), true)
            : PictureBytes.encoded(image, format);
    PictureDecoder decoder = new PictureDecoder(new InputSize(3, 30, 40), false);
    assertEquals(3 * 1200, decoder.decode(whole, "whole").length);

    for (int percent = 5; percent < 100; percent += 5) {
      byte[] cut = Arrays.copyOf(whole, whole.length * percent / 100);
      assertThrows(DataFault.class, () -> decoder.decode(cut, "cut"), percent + " % of " + format);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"bmp", "gif", "tif"})
  void shouldKeepTheSamplesOfOtherKinds(String format) {
    // No more colours than a GIF may have.
    BufferedImage image = new BufferedImage(4, 6, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < PLANE; i++) {
      image.setRGB(i % 4, i / 4, 0x070809 * i);
    }

    byte[] colour =
        new PictureDecoder(COLOUR, false).decode(PictureBytes.encoded(image, format), "a");

    for (int i = 0; i < PLANE; i++) {
      for (int channel = 0; channel < 3; channel++) {
        assertEquals((7 + channel) * i, colour[channel * PLANE + i] & 0xff);
      }
    }
  }

  @Test
  void shouldKeepTheUpperBitsOfDeepColours() {
    WritableRaster deep = Raster.createInterleavedRaster(DataBuffer.TYPE_USHORT, 4, 6, 3, null);
    for (int i = 0; i < 3 * PLANE; i++) {
      deep.setSample(i / 3 % 4, i / 12, i % 3, 900 * i);
    }
    ColorModel colors =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB),
            false,
            false,
            Transparency.OPAQUE,
            DataBuffer.TYPE_USHORT);
    byte[] png = PictureBytes.encoded(new BufferedImage(colors, deep, false, null), "png");

    byte[] colour = new PictureDecoder(COLOUR, false).decode(png, "deep.png");

    for (int i = 0; i < 3 * PLANE; i++) {
      assertEquals(900 * i >> 8, colour[i % 3 * PLANE + i / 3] & 0xff);
    }
  }

  @ParameterizedTest
  @CsvSource({"HEIC, ....ftypheic", "AVIF, ....ftypavif", "WebP, RIFF....WEBPVP8", "SVG, '<svg '"})
  void shouldNameTheKindsThatItDoesNotRead(String label, String head) {
    byte[] file = Arrays.copyOf(head.getBytes(US_ASCII), 200);

    DataFault fault =
        assertThrows(DataFault.class, () -> new PictureDecoder(GREY, true).decode(file, "x"));

    assertTrue(fault.getMessage().startsWith("x is a " + label), fault.getMessage());
    assertTrue(fault.remedy().contains("PNG"), fault.getMessage());
  }

  @Test
  void shouldNotDarkenByTransparencyWhenItScales() {
    SplittableRandom random = new SplittableRandom(10);
    BufferedImage clear = PictureBytes.random(random, 12, 18, BufferedImage.TYPE_INT_ARGB);
    BufferedImage opaque = new BufferedImage(12, 18, BufferedImage.TYPE_INT_RGB);
    for (int y = 0; y < 18; y++) {
      for (int x = 0; x < 12; x++) {
        opaque.setRGB(x, y, clear.getRGB(x, y));
      }
    }
    PictureDecoder decoder = new PictureDecoder(COLOUR, true);

    assertArrayEquals(
        decoder.decode(PictureBytes.encoded(opaque, "png"), "opaque.png"),
        decoder.decode(PictureBytes.encoded(clear, "png"), "clear.png"));
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

  @Test
  @Timeout(10)
  void shouldNotGoBackInTheChunksOfAPng() {
    for (int length : new int[] {-4, -12, -16, Integer.MIN_VALUE, Integer.MAX_VALUE}) {
      for (int chunk : new int[] {8, 33}) {
        byte[] png = PictureBytes.png(4, 6);
        ByteBuffer.wrap(png).putInt(chunk, length);
        assertThrows(DataFault.class, () -> new PictureDecoder(GREY, false).decode(png, "bad.png"));
      }
    }
  }

  /** Returns a TIFF file of directory entries (tag, type, value) and 64 zeros behind them. */
  private static byte[] tiff(int[]... entries) {
    ByteBuffer tiff = ByteBuffer.allocate(14 + 12 * entries.length + 64).order(LITTLE_ENDIAN);
    tiff.put((byte) 'I').put((byte) 'I').putShort((short) 42).putInt(8);
    tiff.putShort((short) entries.length);
    for (int[] entry : entries) {
      tiff.putShort((short) entry[0]).putShort((short) entry[1]).putInt(1).putInt(entry[2]);
    }
    return tiff.array();
  }

  @Test
  void shouldRefuseATileThatIsMuchLargerThanItsPicture() {
    byte[] tiled =
        tiff(
            new int[] {256, 4, 100},
            new int[] {257, 4, 10},
            new int[] {258, 3, 8},
            new int[] {259, 3, 5}, // LZW, whose decoder makes the whole tile.
            new int[] {262, 3, 1},
            new int[] {277, 3, 1},
            new int[] {322, 4, 40_000},
            new int[] {323, 4, 40_000},
            new int[] {324, 4, 8},
            new int[] {325, 4, 8});

    DataFault fault =
        assertThrows(DataFault.class, () -> new PictureDecoder(GREY, true).decode(tiled, "a.tif"));

    assertTrue(fault.getMessage().contains("40000x40000"), fault.getMessage());
  }

  @ParameterizedTest
  @ValueSource(ints = {16, 32})
  void shouldRefuseSamplesOfMoreThan16Bits(int bits) {
    byte[] grey =
        tiff(
            new int[] {256, 4, 2},
            new int[] {257, 4, 2},
            new int[] {258, 3, bits},
            new int[] {259, 3, 1},
            new int[] {262, 3, 1},
            new int[] {273, 4, 130},
            new int[] {277, 3, 1},
            new int[] {278, 4, 2},
            new int[] {279, 4, bits / 2});
    PictureDecoder decoder = new PictureDecoder(new InputSize(1, 2, 2), false);

    if (bits == 16) {
      assertEquals(4, decoder.decode(grey, "a.tif").length);
    } else {
      DataFault fault = assertThrows(DataFault.class, () -> decoder.decode(grey, "a.tif"));
      assertTrue(fault.getMessage().contains("more than 16 bits"), fault.getMessage());
    }
  }

  @Test
  void shouldRefuseToScaleWhatHasTooManyRowsOnTheWay() {
    InputSize wide = new InputSize(1, 8, 4096);
    byte[] tall = PictureBytes.png(1, 600_000);

    DataFault fault =
        assertThrows(
            DataFault.class, () -> new PictureDecoder(wide, true).decode(tall, "tall.png"));

    assertTrue(fault.getMessage().contains("4096x600000"), fault.getMessage());
  }

  /** One code clears the table, one is the first pixel; then the data end or go on. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void shouldRefuseAGifWhoseDataEndEarly(boolean early) {
    ByteBuffer gif = ByteBuffer.allocate(64).order(LITTLE_ENDIAN);
    gif.put("GIF89a".getBytes(US_ASCII)).putShort((short) 1).putShort((short) 2);
    gif.put((byte) 0x80).putShort((short) 0).put(new byte[6]);
    gif.put((byte) ',').putInt(0).putShort((short) 1).putShort((short) 2).put((byte) 0);
    // Codes of 3 bits, the first in the lowest: clear (4), 0, 0, end (5).
    int codes = early ? 4 | 5 << 3 : 4 | 5 << 9;
    gif.put((byte) 2).put((byte) 2).putShort((short) codes).put((byte) 0).put((byte) ';');
    PictureDecoder decoder = new PictureDecoder(new InputSize(1, 2, 1), false);
    byte[] file = Arrays.copyOf(gif.array(), gif.position());

    if (early) {
      DataFault fault = assertThrows(DataFault.class, () -> decoder.decode(file, "early.gif"));
      assertTrue(fault.getMessage().contains("end early"), fault.getMessage());
    } else {
      assertEquals(2, decoder.decode(file, "whole.gif").length);
    }
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
