/** The client: shares inputs, puts answers together, holds deadlines. */
package io.pascaline.actors.client;
