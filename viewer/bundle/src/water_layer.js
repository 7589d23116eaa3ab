/**
 * Water on the GPU: two small textures say, cell by cell, the first and the last frame with water at each of the three
 * depths; the frame to show is one uniform, so that moving in time costs no work on the CPU and no upload.
 *
 * The wet cells are smoothed by a cubic B-spline over 4 x 4 cells and cut at one half, which gives round shores and a
 * soft edge outside them: the edge is not known to the metre, and must not look as if it were.
 */
import {BitmapLayer} from '@deck.gl/layers';

const uniforms = `\
layout(std140) uniform waterUniforms {
  vec4 one;
  vec4 two;
  vec4 three;
  vec4 shore;
  vec2 size;
  float frame;
  float scale;
} water;
`;

const waterModule = {
  name: 'water',
  vs: uniforms,
  fs: uniforms,
  uniformTypes: {
    one: 'vec4<f32>',
    two: 'vec4<f32>',
    three: 'vec4<f32>',
    shore: 'vec4<f32>',
    size: 'vec2<f32>',
    frame: 'f32',
    scale: 'f32'
  }
};

const fs = `\
#version 300 es
#define SHADER_NAME water-layer-fragment-shader
precision highp float;
uniform sampler2D firstTexture;
uniform sampler2D lastTexture;
in vec2 vTexCoord;
in vec2 vTexPos;
out vec4 fragColor;

vec4 weights(float t) {
  float u = 1.0 - t;
  return vec4(u * u * u, 3.0 * t * t * t - 6.0 * t * t + 4.0, 3.0 * u * u * u - 6.0 * u * u + 4.0, t * t * t) / 6.0;
}

vec4 wet(ivec2 cell) {
  ivec2 inside = clamp(cell, ivec2(0), ivec2(water.size) - 1);
  vec4 first = texelFetch(firstTexture, inside, 0) * 255.0;
  vec4 last = texelFetch(lastTexture, inside, 0) * 255.0;
  // 0 stands for never; the fourth channel is 1 where the water is not known
  return vec4(step(vec3(0.5), first.rgb) * step(first.rgb, vec3(water.frame + 0.5))
            * step(vec3(water.frame - 0.5), last.rgb), step(0.5, first.a));
}

void main(void) {
  vec2 at = vTexCoord * water.size - 0.5;
  ivec2 corner = ivec2(floor(at));
  vec4 wx = weights(fract(at.x));
  vec4 wy = weights(fract(at.y));
  vec4 f = vec4(0.0);
  for (int j = 0; j < 4; j++) {
    vec4 row = vec4(0.0);
    for (int i = 0; i < 4; i++) row += wx[i] * wet(corner + ivec2(i - 1, j - 1));
    f += wy[j] * row;
  }
  vec3 edge = max(fwidth(f.rgb), vec3(0.004));
  vec3 inside = smoothstep(0.5 - edge, 0.5 + edge, f.rgb);
  vec4 color = vec4(water.two.rgb, 0.55 * smoothstep(0.04, 0.5, f.r));
  color = mix(color, water.one, inside.r);
  color = mix(color, water.two, inside.g);
  color = mix(color, water.three, inside.b);
  vec3 line = 1.0 - smoothstep(vec3(0.35), vec3(1.3), abs(f.rgb - 0.5) / edge);
  color = mix(color, vec4(water.shore.rgb, 1.0), 0.38 * max(line.g, line.b) * inside.r);
  color = mix(color, vec4(water.shore.rgb, 1.0), 0.9 * line.r);
  if (f.a > 0.5) {
    float stripe = mod(gl_FragCoord.x + gl_FragCoord.y, 8.0 * water.scale);
    color = mix(color, vec4(0.49, 0.557, 0.62, 1.0), step(stripe, water.scale));
  }
  fragColor = vec4(color.rgb, color.a * layer.opacity);
  DECKGL_FILTER_COLOR(fragColor, geometry);
}
`;

const defaultProps = {
  //: {first, last: Uint8Array of 4 channels a cell, width, height}
  planes: {type: 'object', value: null, compare: false},
  frame: 0,
  colors: {type: 'object', value: null, compare: false}
};

export class WaterLayer extends BitmapLayer {
  getShaders() {
    const shaders = super.getShaders();
    return {...shaders, fs, modules: [...shaders.modules, waterModule]};
  }

  updateState(params) {
    super.updateState(params);
    const {planes} = this.props;
    if (planes && planes !== params.oldProps.planes) {
      this._release();
      const make = (data) =>
        this.context.device.createTexture({
          data,
          width: planes.width,
          height: planes.height,
          format: 'rgba8unorm',
          mipLevels: 1,
          sampler: {
            minFilter: 'nearest',
            magFilter: 'nearest',
            addressModeU: 'clamp-to-edge',
            addressModeV: 'clamp-to-edge'
          }
        });
      this.setState({firstTexture: make(planes.first), lastTexture: make(planes.last)});
    }
  }

  finalizeState(context) {
    super.finalizeState(context);
    this._release();
  }

  _release() {
    this.state.firstTexture?.destroy();
    this.state.lastTexture?.destroy();
  }

  draw() {
    const {model, firstTexture, lastTexture} = this.state;
    const {planes, frame, colors} = this.props;
    if (!model || !firstTexture || !colors) return;
    model.shaderInputs.setProps({
      bitmap: {
        bounds: [0, 0, 0, 0],
        coordinateConversion: 0,
        desaturate: 0,
        tintColor: [1, 1, 1],
        transparentColor: [0, 0, 0, 0]
      },
      water: {
        ...colors,
        size: [planes.width, planes.height],
        frame,
        scale: globalThis.devicePixelRatio || 1,
        firstTexture,
        lastTexture
      }
    });
    model.draw(this.context.renderPass);
  }
}

WaterLayer.layerName = 'WaterLayer';
WaterLayer.defaultProps = defaultProps;
