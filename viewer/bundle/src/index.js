/** What a page needs of deck.gl, under one name. */
import {COORDINATE_SYSTEM, Deck, OrthographicView} from '@deck.gl/core';
import {DataFilterExtension} from '@deck.gl/extensions';
import {JSONConverter} from '@deck.gl/json';
import {IconLayer, PathLayer, ScatterplotLayer, SolidPolygonLayer} from '@deck.gl/layers';
import {WaterLayer} from './water_layer.js';

const classes = {
  DataFilterExtension,
  IconLayer,
  OrthographicView,
  PathLayer,
  ScatterplotLayer,
  SolidPolygonLayer,
  WaterLayer
};

globalThis.TwinDeck = {COORDINATE_SYSTEM, Deck, JSONConverter, classes};
