/** The preprocessing dealer: makes correlated randomness ahead of the online work, under credit. */
package io.pascaline.actors.dealer;
